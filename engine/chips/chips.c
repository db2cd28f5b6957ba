#include "engine/chips/chips.h"

#include <string.h>

#include "engine/base/text.h"
#include "engine/chips/chips_table.h"

#define BASE_NAME 6 /* "MT6757" of "MT6757D" */

size_t chip_count(void)
{
	return chips_table_count;
}

const struct chip *chip_at(size_t i)
{
	return i < chips_table_count ? &chips_table[i] : NULL;
}

const struct chip *chip_by_hw_code(uint16_t hw_code)
{
	size_t low = 0;
	size_t high = chips_table_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (chips_table[middle].hw_code == hw_code)
			return &chips_table[middle];
		if (chips_table[middle].hw_code < hw_code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool lists(const struct chip *c, struct slice name)
{
	for (size_t i = 0; i < chip_alias_count; i++) {
		if (chip_aliases[i].hw_code == c->hw_code &&
		    text_is_any_case(name, chip_aliases[i].name))
			return true;
	}
	for (size_t i = 0; c->names[i]; i++) {
		if (text_is_any_case(name, c->names[i]))
			return true;
	}
	return false;
}

/* More than one row may hold a name; the row of phones comes before the others. */
static const struct chip *find(struct slice name)
{
	const struct chip *found = NULL;

	for (size_t i = 0; i < chips_table_count; i++) {
		if (!lists(&chips_table[i], name))
			continue;
		if (strcmp(chips_table[i].kind, "phone") == 0)
			return &chips_table[i];
		if (!found)
			found = &chips_table[i];
	}
	return found;
}

const struct chip *chip_by_name(const char *name)
{
	struct slice s = text_of(name);
	const struct chip *c = find(s);

	if (!c && s.n > BASE_NAME)
		c = find((struct slice){s.p, BASE_NAME});
	return c;
}

/*
 * Several codes may share a base name: "MT6737M" is listed by one of them, "MT6737T" by another.
 * Only a suffix that no chip lists falls back to the base name.
 */
bool chip_has_name(const struct chip *c, const char *name)
{
	struct slice s = text_of(name);

	if (lists(c, s))
		return true;
	return !find(s) && s.n > BASE_NAME && lists(c, (struct slice){s.p, BASE_NAME});
}
