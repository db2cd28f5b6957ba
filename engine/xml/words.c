#include "engine/xml/words.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/catalogue/catalogue.h"
#include "engine/xml/doc.h"

#define STATUS_ERR 0xC0010001u /* "failed": says no more than the END itself */

/* All of a row's words must be in the text; the first row that fits counts. */
static const struct {
	uint32_t code;
	const char *words[3];
} phrases[] = {
	{2, {"ERR!CANCEL"}},
	{4, {"invalid DA version"}},
	{4, {"DA version", "incorrect"}},
	{5, {"not authenticated"}},
	{7, {"2nd DA address is invalid"}},
	{8, {"hash mismatch"}},
	{9, {"GPT layout change"}},
	{10, {"cannot find GPT"}},
	{11, {"protected partition size"}},
	{12, {"security deny"}},
	{13, {"cannot find", "on current device"}},
	{13, {"cannot find", "in partition table"}},
	{14, {"base address", "larger than"}},
	{14, {"erase length", "larger than"}},
	{15, {"host file size", "larger than"}},
	{16, {"get host file size failed"}},
	{17, {"erase", "failed"}},
	{19, {"generate", "failed"}},
	{18, {"write", "GPT", "failed"}},
	{18, {"write", "PMT", "failed"}},
	{20, {"read scatter file failed"}},
	{21, {"resolve scatter file"}},
	{22, {"flash list"}},
	{23, {"XML node path"}},
	{23, {"XML parser"}},
	{24, {"path separator"}},
	{25, {"storage", "operation is forbidden"}},
	{26, {"cmd_write_data is not allowed"}},
	{27, {"cmd_format is not allowed"}},
	{30, {"protocol error"}},
	{32, {"verified image"}},
	{32, {"signature file"}},
};

static bool fits(struct slice text, const char *const words[3])
{
	for (size_t i = 0; i < 3 && words[i]; i++)
		if (!doc_find(text, words[i]))
			return false;
	return true;
}

/* A failure status that the text holds as 0x and eight digits; 0 none. */
static uint32_t status_in(struct slice text)
{
	const uint8_t *p;

	while ((p = doc_find(text, "0xC00"))) {
		size_t left = text.n - (size_t)(p - text.p);
		uint64_t value;

		if (left >= 10 && text_number((struct slice){p, 10}, &value))
			return (uint32_t)value;
		text = (struct slice){p + 1, left - 1};
	}
	return 0;
}

enum fault_family words_meaning(const char *text, uint32_t otherwise, uint32_t *code)
{
	struct slice s = text_of(text);
	uint32_t status = status_in(s);

	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if (fits(s, phrases[i].words)) {
			*code = phrases[i].code;
			return FAULT_XML;
		}
	}
	if (status != STATUS_ERR && catalogue_find(FAULT_XFLASH, status)) {
		*code = status;
		return FAULT_XFLASH;
	}
	*code = otherwise;
	return FAULT_XML;
}
