/* From the first stage to the second: INIT_EXT_RAM and BOOT_TO (da-xflash.md 4.2, 4.3). */
#include "tests/rack/agent.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "engine/base/bytes.h"
#include "tests/rack/boot.h"
#include "tests/rack/chipfacts.h"

enum { EMI_RECORDS_MAX = 64, EMI_HEAD = 0x70, DA2_BYTES_MAX = 0x400000, DRAM_MS = 120 };
enum { DA2_START_MS = 60, SYNC = 0x434E5953, DRAM_BASE = 0x40000000 };

/* ---- INIT_EXT_RAM ---- */

static bool holds(const uint8_t *where, size_t n, const uint8_t *what, size_t m)
{
	return m <= n && memmem(where, n, what, m);
}

/* Does one of the records fit the DRAM that is soldered on this board (--dram-ids)? */
static bool dram_known(const struct device *d, const uint8_t *records, size_t n)
{
	const struct rack_config *c = d->config;

	for (unsigned i = 0; i < c->dram_id_count; i++) {
		if (holds(records, n, c->dram_ids[i].bytes, c->dram_ids[i].n))
			return true;
	}
	return c->dram_id_count == 0;
}

static uint32_t judge_emi(struct device *d, const uint8_t *blob, size_t n)
{
	int wanted = chip_emi_version(d->config->chip, d->config->chip_name);
	int version = -1;
	uint32_t count;

	if (n < EMI_HEAD || memcmp(blob, "MTK_BLOADER_INFO_v", 18) != 0)
		return DA_EMI_VERSION;
	if (blob[18] >= '0' && blob[18] <= '9' && blob[19] >= '0' && blob[19] <= '9')
		version = (blob[18] - '0') * 10 + blob[19] - '0';
	count = get_le32(blob + 0x6C);
	device_log(d, "h>", "  EMI v%02d, %u records, %zu bytes", version, count, n);
	if (version < 0 || (wanted >= 0 && version != wanted))
		return DA_EMI_VERSION;
	if (count > EMI_RECORDS_MAX)
		return DA_EXCEED_MAX_NUM;
	if (!count || n == EMI_HEAD || faults_stand(&d->faults, RACK_DRAM_FAIL, RACK_AT_BOOT, NULL))
		return DA_DRAM_TEST_FAILED;
	return dram_known(d, blob + EMI_HEAD, n - EMI_HEAD) ? DA_OK : DA_DRAM_TEST_FAILED;
}

static void dram_done(struct device *d)
{
	uint32_t status = judge_emi(d, d->agent->buffer, d->agent->big_n);

	d->agent->dram_ready |= status == DA_OK;
	agent_end(d, status); /* after an error the command may come again */
}

static void got_emi(struct device *d, uint32_t status, size_t n)
{
	if (status) {
		agent_end(d, status);
		return;
	}
	d->agent->big_n = n;
	device_after(d, TIMER_WORK, DRAM_MS, dram_done);
}

static void got_emi_length(struct device *d, uint32_t status, size_t n)
{
	uint32_t length = n >= 4 ? get_le32(d->agent->buffer) : 0;

	if (status || n < 4) {
		agent_end(d, status ? status : (uint32_t)DA_PROTOCOL_ERR);
		return;
	}
	device_log(d, "h>", "  EMI length 0x%X", length);
	agent_expect(d, length < AGENT_BUFFER_BYTES ? length : AGENT_BUFFER_BYTES, got_emi);
}

void agent_init_ext_ram(struct device *d)
{
	agent_expect(d, 4, got_emi_length);
}

/* ---- BOOT_TO ---- */

static bool digest_in(const struct device *d, const uint8_t *da2, size_t n, const EVP_MD *algorithm)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned bytes = 0;

	if (!EVP_Digest(da2, n, digest, &bytes, algorithm, NULL))
		return false;
	return holds(d->boot->da1, d->boot->da1_n, digest, bytes);
}

/*
 * DA1 has the digest of its second stage built in. The rack is given DA1 as the host uploaded it,
 * so any matching pair of stages is taken, whoever built it.
 */
bool agent_da2_belongs(const struct device *d, const uint8_t *da2, size_t n)
{
	return n && d->boot->da1 &&
	       (digest_in(d, da2, n, EVP_sha256()) || digest_in(d, da2, n, EVP_sha1()));
}

static void second_stage(struct device *d)
{
	d->stage = STAGE_AGENT2;
	d->dirty = true;
	if (faults_stand(&d->faults, RACK_STORAGE_DEAD, RACK_AT_BOOT, NULL)) {
		agent_halt(d, "fault: storage-dead, the second stage asserts");
		return;
	}
	device_log(d, "d>", "SYNC: second stage ready");
	agent_send_u32(d, SYNC);
	agent_idle(d);
}

static void got_da2(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;

	if (status) {
		agent_end(d, status);
		return;
	}
	a->big_n = n;
	device_log(d, "h>", "  second stage: %zu bytes for 0x%llX", n,
		   (unsigned long long)a->da2_at);
	if (a->da2_at >= DRAM_BASE && !a->dram_ready) {
		agent_halt(d, "BOOT_TO into DRAM that is not set up");
		return;
	}
	if (d->stage == STAGE_AGENT2 || !agent_da2_belongs(d, a->big, n)) {
		agent_end(d, DA_HASH_MISMATCH);
		return;
	}
	agent_send_status(d, DA_OK);
	agent_release(d);
	device_after(d, TIMER_WORK, DA2_START_MS, second_stage);
}

static void got_place(struct device *d, uint32_t status, size_t n)
{
	struct agent *a = d->agent;

	if (status || n < 16) {
		agent_end(d, status ? status : (uint32_t)DA_PROTOCOL_ERR);
		return;
	}
	a->da2_at = get_le64(a->buffer);
	a->da2_bytes = get_le64(a->buffer + 8);
	if (!agent_reserve(d, DA2_BYTES_MAX)) {
		agent_halt(d, "no memory on this machine");
		return;
	}
	agent_expect_to(d, a->big, a->da2_bytes < DA2_BYTES_MAX ? a->da2_bytes : DA2_BYTES_MAX,
			got_da2);
}

void agent_boot_to(struct device *d)
{
	agent_expect(d, 16, got_place);
}
