/*
 * boot: the firmware before an agent runs: boot ROM and preloader (brom.md).
 *
 * Both end in one command loop (section 8). They differ in how they are woken: the boot ROM answers
 * the first A0; the preloader sends READY once a tool is present, swallows the first A0 and
 * whatever came with it, and listens for a limited time only.
 */
#ifndef RACK_BOOT_H
#define RACK_BOOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/device.h"

#define BOOT_PARAMETERS 4

struct boot_command;

struct boot {
	bool brom; /* else preloader */
	bool tool_present;
	bool listening, matching, expired;
	uint8_t matched; /* bytes of A0 0A 50 05 seen */
	uint8_t byte;
	uint8_t token[8]; /* mode string being collected */
	size_t token_n;

	/* the command at work */
	const struct boot_command *command;
	uint8_t field[64];
	uint32_t parameters[BOOT_PARAMETERS];
	unsigned parameter;
	uint32_t address, units; /* READ and WRITE */
	uint32_t watchdog[8];	 /* registers of the chip's watchdog as written */

	/* upload of an agent, an auth file or a certificate */
	uint8_t *data; /* owned */
	size_t data_n;

	bool auth_sent;	 /* E2 was accepted */
	bool sla_passed; /* and so was the answer to E3 */
	uint8_t challenge[16];
	unsigned challenges; /* given so far: every E3 gets a new one */
	uint8_t *da1;	     /* owned; the agent's first stage as it was sent */
	size_t da1_n;
	uint32_t da1_address, da1_sig;
};

struct boot_command {
	uint8_t opcode;
	const char *name;
	const char *fields; /* widths of the parameters, one character each: "444" */
	void (*run)(struct device *d);
};

/* What runs after power-up: by --boot, unless the boot region holds something unbootable. */
enum stage boot_first_stage(struct device *d);
/*
 * A reset by the running agent or system: what can not boot comes back as boot ROM, what was just
 * recovered from there as preloader; else the phone boots, unless `download` asks the preloader to
 * wait for a host once more.
 */
void boot_restart(struct device *d, const char *when, bool download);
void boot_start(struct device *d, bool brom); /* power-up or reset; nothing is sent yet */
void boot_attached(struct device *d);	      /* a host is there: the clocks start */
void boot_configured(struct device *d);
void boot_line_coding(struct device *d);
void boot_line_state(struct device *d, uint16_t value);
void boot_free(struct device *d);

/* ---- shared by the command files ---- */
void boot_idle(struct device *d); /* wait for the next opcode */
/* NULL when this firmware does not have it: the opcode is echoed, then silence. */
const struct boot_command *boot_find_command(const struct device *d, uint8_t opcode);
void reply8(struct device *d, uint8_t v);
void reply16(struct device *d, uint16_t v);
void reply32(struct device *d, uint32_t v);
void reply_bytes(struct device *d, const void *bytes, size_t n);
void reply_status(struct device *d, uint16_t status); /* logged; a status fault may change it */
void boot_assert(struct device *d, const char *why);  /* preloader: reset, back as boot ROM */

/* boot_memory.c, boot_da.c, boot_auth.c */
void run_read16(struct device *d);
void run_read32(struct device *d);
void run_read16_plain(struct device *d);
void run_write16(struct device *d);
void run_write16_silent(struct device *d);
void run_write16_legacy(struct device *d);
void run_write32(struct device *d);
void run_power_read(struct device *d);
void run_power_write(struct device *d);
void run_register_access(struct device *d);
void run_send_da(struct device *d);
void run_jump_da(struct device *d);
void run_jump_da64(struct device *d);
void run_send_cert(struct device *d);
void run_send_auth(struct device *d);
void run_sla(struct device *d);

#endif
