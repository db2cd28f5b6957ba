#include "engine/device/facts.h"

#include <stddef.h>

/* protocol/brom.md section 1; the handshake has the last word on boot ROM or preloader. */
static const struct {
	uint16_t vid, pid;
	enum device_mode mode;
} identities[] = {
	{0x0e8d, 0x0003, MODE_BROM},	  {0x0e8d, 0x2000, MODE_PRELOADER},
	{0x0e8d, 0x2001, MODE_DA},	  {0x0e8d, 0x20ff, MODE_PRELOADER},
	{0x0e8d, 0x3000, MODE_PRELOADER}, {0x0e8d, 0x6000, MODE_PRELOADER},
	{0x1004, 0x6000, MODE_PRELOADER}, {0x22d9, 0x0006, MODE_PRELOADER},
	{0x0fce, 0xf200, MODE_BROM},	  {0x0fce, 0xd1e9, MODE_BROM},
	{0x0fce, 0xd1e2, MODE_BROM},	  {0x0fce, 0xd1ec, MODE_BROM},
	{0x0fce, 0xd1dd, MODE_BROM},
};

enum device_mode device_mode_of(uint16_t vid, uint16_t pid)
{
	for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
		if (identities[i].vid == vid && identities[i].pid == pid)
			return identities[i].mode;
	return MODE_UNKNOWN;
}
