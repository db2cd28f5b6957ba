#include "engine/device/facts.h"

#include <stddef.h>

/* protocol/brom.md section 1; the handshake has the last word on boot ROM or preloader. */
static const struct {
	uint16_t vid, pid;
	enum device_mode mode;
} identities[] = {
	{0x0e8d, 0x0003, MODE_BROM},
	{0x0e8d, 0x2000, MODE_PRELOADER},
	{0x0e8d, 0x2001, MODE_DA},
	{0x0e8d, 0x20ff, MODE_PRELOADER},
	{0x0e8d, 0x3000, MODE_PRELOADER},
	{0x0e8d, 0x6000, MODE_PRELOADER},
	{0x1004, 0x6000, MODE_PRELOADER},
	{0x22d9, 0x0006, MODE_PRELOADER},
	{0x0fce, 0xf200, MODE_BROM},
	{0x0fce, 0xd1e9, MODE_BROM},
	{0x0fce, 0xd1e2, MODE_BROM},
	{0x0fce, 0xd1ec, MODE_BROM},
	{0x0fce, 0xd1dd, MODE_BROM},
	/* Not this protocol: what the unit runs instead. Its interfaces may tell more (station). */
	{0x0e8d, 0x2004, MODE_CHARGING},
	{0x0e8d, 0x2007, MODE_META},
	{0x0e8d, 0x200a, MODE_CHARGING},
	{0x0e8d, 0x200b, MODE_CHARGING},
	{0x0e8d, 0x200c, MODE_CHARGING},
	{0x0e8d, 0x200d, MODE_CHARGING},
	{0x0e8d, 0x200e, MODE_CHARGING},
	{0x0e8d, 0x201c, MODE_CHARGING},
};

enum device_mode device_mode_of(uint16_t vid, uint16_t pid)
{
	for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
		if (identities[i].vid == vid && identities[i].pid == pid)
			return identities[i].mode;
	return MODE_UNKNOWN;
}

/* Printable characters, from the first to the last one without a gap. */
static void take_name(char *to, size_t room, const uint8_t *from, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < room; i++) {
		if (from[i] < ' ' || from[i] > '~')
			break;
		to[used++] = (char)from[i];
	}
	while (used && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
}

void facts_name_storage(struct device_facts *facts)
{
	if (facts->storage_name[0])
		return;
	if (facts->storage.kind == STORAGE_EMMC) /* JEDEC: maker, type, application, then PNM */
		take_name(facts->storage_name, sizeof facts->storage_name, facts->cid + 3, 6);
	else if (facts->storage.kind == STORAGE_UFS)
		take_name(facts->storage_name, sizeof facts->storage_name, facts->cid,
			  sizeof facts->cid);
}
