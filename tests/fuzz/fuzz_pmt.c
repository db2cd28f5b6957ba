/* A partition table as an agent might tell it; the first byte chooses its form. */
#include "engine/format/pmt.h"

#include <string.h>

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct gpt gpt;
	struct problem problem;

	if (n == 0)
		return 0;
	if (pmt_parse(&gpt, (struct slice){bytes + 1, n - 1}, (enum pmt_form)(bytes[0] % 4),
		      &problem)) {
		must(gpt.count == 0);
		return 0;
	}
	must(gpt.count <= GPT_ENTRIES_MAX);
	for (size_t i = 0; i < gpt.count; i++) {
		must(strnlen(gpt.entries[i].name, sizeof gpt.entries[i].name) <
		     sizeof gpt.entries[i].name);
		must(gpt.entries[i].name[0] && gpt.entries[i].size);
		must(gpt.entries[i].start + gpt.entries[i].size >= gpt.entries[i].size);
	}
	return 0;
}
