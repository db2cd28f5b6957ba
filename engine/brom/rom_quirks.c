#include "engine/brom/rom_quirks.h"

#include <stddef.h>

static const struct rom_quirks table[] = {
	{.hw_code = 0x6573, .version_registers = 0x70026000, .emi_gena = 0x70000000},
	{.hw_code = 0x6577, .emi_gena = 0xC0003070},
	{.hw_code = 0x6583, .emi_gena = 0x10203070},
};

const struct rom_quirks *rom_quirks_of(uint16_t hw_code)
{
	static const struct rom_quirks none;

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (table[i].hw_code == hw_code)
			return &table[i];
	return &none;
}
