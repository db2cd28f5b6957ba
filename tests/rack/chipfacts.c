#include "tests/rack/chipfacts.h"

#include <stddef.h>
#include <strings.h>

int chip_emi_version(const struct chip *chip, const char *name)
{
	static const struct {
		uint16_t hw_code;
		int version;
	} table[] = {
		{0x0279, 0},  {0x0326, 22}, {0x0551, 25}, {0x0562, 24}, {0x0601, 22},
		{0x0633, 27}, {0x0688, 31}, {0x0690, 30}, {0x0699, 32}, {0x0707, 40},
		{0x0717, 38}, {0x0725, 39}, {0x0766, 35}, {0x0788, 36}, {0x0813, 45},
		{0x0816, 46}, {0x0950, 51}, {0x0989, 52}, {0x0996, 49}, {0x8167, 28},
	};

	if (name && !strcasecmp(name, "MT6762"))
		return 35;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].hw_code == chip->hw_code)
			return table[i].version;
	}
	return -1;
}
