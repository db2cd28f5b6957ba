#include "engine/catalogue/catalogue.h"

#include "engine/catalogue/catalogue_table.h"

#define CODE_HANDSHAKE_GARBAGE 11 /* ST-011 */
#define CODE_UNLISTED_STATUS   90 /* ST-090 */
#define CODE_UNLISTED_XML      91 /* ST-091 */

const char *fault_family_name(enum fault_family family)
{
	switch (family) {
	case FAULT_NONE:
		return "none";
	case FAULT_STATION:
		return "station";
	case FAULT_BROM:
		return "brom";
	case FAULT_LEGACY_DA:
		return "legacy-da";
	case FAULT_XFLASH:
		return "xflash";
	case FAULT_XML:
		return "xml";
	case FAULT_FLASHTOOL:
		return "flashtool";
	}
	return "unknown";
}

size_t catalogue_count(void)
{
	return catalogue_table_count;
}

const struct catalogue_entry *catalogue_at(size_t i)
{
	return i < catalogue_table_count ? &catalogue_table[i] : NULL;
}

static int compare(const struct catalogue_entry *e, enum fault_family family, uint32_t numeric)
{
	if (e->family != family)
		return e->family < family ? -1 : 1;
	if (e->numeric != numeric)
		return e->numeric < numeric ? -1 : 1;
	return 0;
}

const struct catalogue_entry *catalogue_find(enum fault_family family, uint32_t numeric)
{
	size_t low = 0;
	size_t high = catalogue_table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&catalogue_table[middle], family, numeric) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < catalogue_table_count && compare(&catalogue_table[low], family, numeric) == 0)
		return &catalogue_table[low];
	return NULL;
}

const struct catalogue_entry *catalogue_explain(const struct fault *f)
{
	const struct catalogue_entry *e = catalogue_find(f->family, f->code);
	uint32_t fallback = CODE_UNLISTED_STATUS;

	if (e)
		return e;
	if (f->family == FAULT_BROM)
		fallback = CODE_HANDSHAKE_GARBAGE;
	else if (f->family == FAULT_XML)
		fallback = CODE_UNLISTED_XML;
	e = catalogue_find(FAULT_STATION, fallback);
	/* the generator stops the build when one of the three is missing */
	return e ? e : &catalogue_table[0];
}
