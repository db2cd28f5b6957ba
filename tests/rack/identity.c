#include "tests/rack/identity.h"

#include <stdio.h>
#include <string.h>

/* splitmix64 */
uint64_t seeded_next(struct seeded *s)
{
	uint64_t z = s->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

void seeded_fill(struct seeded *s, void *to, size_t n)
{
	uint8_t *p = to;

	for (size_t i = 0; i < n; i += 8) {
		uint64_t v = seeded_next(s);

		memcpy(p + i, &v, n - i < 8 ? n - i : 8);
	}
}

char luhn_digit(const char *fourteen)
{
	int sum = 0;

	for (int i = 0; i < 14; i++) {
		int d = fourteen[i] - '0';

		if (i % 2) { /* every second digit from the right, check digit excluded */
			d *= 2;
			d = d > 9 ? d - 9 : d;
		}
		sum += d;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

void imei_to_bcd(const char *imei, uint8_t bcd[8])
{
	for (int i = 0; i < 8; i++) {
		uint8_t low = (uint8_t)(imei[2 * i] - '0');
		uint8_t high = i == 7 ? 0xF : (uint8_t)(imei[2 * i + 1] - '0');

		bcd[i] = (uint8_t)(high << 4 | low);
	}
}

static void make_imei(char imei[16], uint64_t seed, int device, int sim)
{
	unsigned serial =
		(unsigned)((seed * 1000 + (uint64_t)device * 2 + (uint64_t)sim) % 1000000);

	snprintf(imei, 16, "00100100%06u", serial);
	imei[14] = luhn_digit(imei);
	imei[15] = '\0';
}

void identity_make(struct identity *id, uint64_t seed, int device, enum storage_kind storage)
{
	static const uint8_t emmc[9] = {0x15, 0x01, 0x00, 'G', 'D', '6', 'B', 'M', 'B'};
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	struct seeded s = {.state = seed * 1000003 + (uint64_t)device};

	memset(id, 0, sizeof *id);
	seeded_fill(&s, id->me_id, sizeof id->me_id);
	seeded_fill(&s, id->soc_id, sizeof id->soc_id);
	seeded_fill(&s, id->cid, sizeof id->cid);
	seeded_fill(&s, id->hrid, sizeof id->hrid);
	if (storage == STORAGE_UFS)
		memcpy(id->cid, "KM8V8001JM-B813", 16);
	else
		memcpy(id->cid, emmc, sizeof emmc);
	memcpy(id->fwver, storage == STORAGE_UFS ? "0200" : "\x04", storage == STORAGE_UFS ? 4 : 1);
	memcpy(id->serial, "FR", 2);
	for (int i = 2; i < 14; i++)
		id->serial[i] = alphabet[seeded_next(&s) % (sizeof alphabet - 1)];
	make_imei(id->imei[0], seed, device, 0);
	make_imei(id->imei[1], seed, device, 1);
}
