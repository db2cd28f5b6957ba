/*
 * The command loop: which opcodes there are, and how many bytes of parameters each has before it
 * acts (da-legacy.md 5). An opcode that is not here is swallowed without a word.
 */
#include "tests/rack/legacy/legacy_agent.h"

#include <string.h>

enum { PC_IDENTITY_BYTES = 16, NOWHERE = -1 };

static const struct command {
	uint8_t opcode;
	uint8_t bytes; /* of parameters */
	const char *name;
	legacy_next *run;
	int8_t pc_at; /* where MT6592 hosts put 16 bytes more; NOWHERE: they do not */
} table[] = {
	{0x51, 0, "download-bloader", la_download_bloader, NOWHERE},
	{0x52, 0, "bmt-remark", la_bmt_remark, NOWHERE},
	{0x60, 0, "switch-part", la_switch_part, NOWHERE},
	{0x61, 20, "write-image", la_write_image, 0},
	{0x62, 22, "write-data", la_write_data, 0},
	{0x63, 0, "card-type", la_card_type, NOWHERE},
	{0x64, 0, "reset-disable", la_reset_disable, NOWHERE},
	{0x70, 1, "setup-port", la_setup_port, NOWHERE},
	{0x72, 0, "check-status", la_check_status, NOWHERE},
	{0x73, 5, "setup-port-ex", la_setup_port_ex, NOWHERE},
	{0x7A, 4, "read32", la_read32, NOWHERE},
	{0x7B, 8, "write32", la_write32, NOWHERE},
	{0x7C, 2, "pmic-read", la_pmic_read, NOWHERE},
	{0x7D, 4, "pmic-write", la_pmic_write, NOWHERE},
	{0x99, 0, "otp-check", la_otp_check, NOWHERE},
	{0x9A, 0, "otp-size", la_otp_size, NOWHERE},
	{0x9B, 16, "otp-read", la_otp_locked, NOWHERE},
	{0x9C, 16, "otp-program", la_otp_locked, NOWHERE},
	{0x9D, 8, "otp-lock", la_otp_locked, NOWHERE},
	{0x9E, 8, "otp-lock-state", la_otp_locked, NOWHERE},
	{0xA1, 0, "write-pmt", la_write_pmt, NOWHERE},
	{0xA2, 0, "read-pmt", la_read_table, NOWHERE},
	{0xA3, 0, "read-bmt", la_read_bmt, NOWHERE},
	{0xA4, 0, "write-pmt", la_write_pmt, NOWHERE},
	{0xA5, 0, "read-table", la_read_table, NOWHERE},
	{0xA6, 0, "unit-info", la_unit_info, NOWHERE},
	{0xA7, 1, "read-dl-info", la_read_dl_info, NOWHERE},
	{0xA8, 1, "write-cust-info", la_write_cust_info, NOWHERE},
	{0xA9, 0, "write-gpt", la_write_gpt, NOWHERE},
	{0xB3, 20, "write-pages", la_write_pages, NOWHERE},
	{0xB4, 4, "usb-recheck", la_usb_recheck, NOWHERE},
	{0xBD, 38, "verify-image", la_verify_image, NOWHERE},
	{0xD0, 0, "battery", la_battery, NOWHERE},
	{0xD2, 2, "speed", la_speed, NOWHERE},
	{0xD3, 0, "mem", la_lone_nack, NOWHERE},
	{0xD4, 20, "format", la_format, 3},
	{0xD5, 0, "nor-write", la_nor_write, NOWHERE},
	{0xD6, 18, "read", la_read, NOWHERE},
	{0xD7, 6, "write16", la_write16, NOWHERE},
	{0xD8, 4, "read16", la_read16, NOWHERE},
	{0xD9, 0, "finish", la_finish, NOWHERE},
	{0xDA, 0, "dsp-version", la_dsp_version, NOWHERE},
	{0xDB, 6, "watchdog", la_watchdog, NOWHERE},
	{0xDD, 3, "image-list", la_image_list, NOWHERE},
	{0xDE, 0, "write-images", la_write_images, NOWHERE},
	{0xDF, 22, "read-page", la_read_page, NOWHERE},
	{0xE0, 4, "sec-info", la_sec_info, NOWHERE},
	{0xE9, 0, "otp-check", la_otp_check, NOWHERE},
	{0xEA, 0, "otp-size", la_otp_size, NOWHERE},
	{0xEB, 8, "otp-read", la_otp_locked, NOWHERE},
	{0xEC, 8, "otp-program", la_otp_locked, NOWHERE},
	{0xED, 0, "otp-lock", la_otp_locked, NOWHERE},
	{0xEE, 0, "otp-lock-state", la_otp_locked, NOWHERE},
	{0xEF, 0, "project-id", la_absent_info, NOWHERE},
	{0xF0, 0, "fat-info", la_absent_info, NOWHERE},
	{0xFE, 32, "memory-test", la_memory_test, NOWHERE},
};

static const struct command *find(uint8_t opcode)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].opcode == opcode)
			return &table[i];
	}
	return NULL;
}

static void run(struct device *d)
{
	const struct command *c = find(d->legacy->opcode);
	uint8_t *pc = d->legacy->in + c->pc_at;

	if (c->pc_at != NOWHERE && d->legacy->profile->pc_identity)
		memmove(pc, pc + PC_IDENTITY_BYTES, c->bytes - (size_t)c->pc_at);
	device_step(d, c->name, "%s", journal_hex(d->legacy->in, c->bytes));
	c->run(d);
}

static void got_opcode(struct device *d)
{
	struct legacy_agent *la = d->legacy;
	const struct command *c = find(la->in[0]);
	bool pc = c && c->pc_at != NOWHERE && la->profile->pc_identity;

	la->opcode = la->in[0];
	if (!c) {
		device_log(d, "h>", "opcode %02X: unknown, swallowed", la->opcode);
		la_idle(d);
		return;
	}
	la_ask(d, c->bytes + (pc ? PC_IDENTITY_BYTES : 0u), run);
}

void la_idle(struct device *d)
{
	if (d->flash.dirty)
		d->dirty = true;
	la_ask(d, 1, got_opcode);
}
