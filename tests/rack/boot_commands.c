/* The command table of boot ROM and preloader (brom.md section 8) and its plain answers. */
#include "tests/rack/boot.h"

#include "engine/base/bytes.h"
#include "tests/rack/chipfacts.h"

static void run_hw_code(struct device *d)
{
	reply16(d, d->config->chip->hw_code);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_hw_sw_ver(struct device *d)
{
	const struct chip_boot *facts = chip_boot(d->config->chip);

	reply16(d, facts->hw_sub);
	reply16(d, facts->hw_version);
	reply16(d, facts->sw_version);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_target_config(struct device *d)
{
	reply32(d, d->config->security);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_version(struct device *d) /* FE in the preloader, FF in the boot ROM */
{
	bool old = d->config->preloader == PRELOADER_OLD;

	reply8(d, d->boot->brom ? 5 : old ? 1 : 3);
	boot_idle(d);
}

static void run_capabilities(struct device *d)
{
	reply32(d, 7);
	reply32(d, 0);
	boot_idle(d);
}

static void run_me_id(struct device *d)
{
	reply32(d, sizeof d->id.me_id);
	reply_bytes(d, d->id.me_id, sizeof d->id.me_id);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_soc_id(struct device *d)
{
	reply32(d, sizeof d->id.soc_id);
	reply_bytes(d, d->id.soc_id, sizeof d->id.soc_id);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_status_only(struct device *d)
{
	reply_status(d, 0);
	boot_idle(d);
}

static void run_cache(struct device *d)
{
	reply8(d, 0);
	reply_status(d, 0);
	boot_idle(d);
}

static void run_set_baud(struct device *d)
{
	reply_status(d, d->boot->parameters[0] > 3000000 ? 0x1D1D : 0);
	boot_idle(d);
}

static void run_log(struct device *d)
{
	static const char text[] = "BP: 0000 0000 [DL] USB";

	reply32(d, sizeof text - 1);
	reply_bytes(d, text, sizeof text - 1);
	if (d->boot->command->opcode == 0xDF)
		reply_status(d, 0);
	boot_idle(d);
}

static void stay_still_over(struct device *d)
{
	device_leave(d, "STAY_STILL");
}

static void run_stay_still(struct device *d)
{
	reply_status(d, 0);
	device_after(d, TIMER_LEAVE, 100, stay_still_over);
}

static void run_zeroization(struct device *d)
{
	d->zeroization_tried = true;
	d->dirty = true;
	device_log(d, "--", "A HOST SENT F0: on real silicon the keys would be gone");
	reply_status(d, 0xFFFF);
	boot_idle(d);
}

/* Who has the command: B boot ROM, P every preloader, N newer preloaders only. */
static const struct {
	struct boot_command command;
	const char *who;
} table[] = {
	{{0xFD, "hw-code", "", run_hw_code}, "BP"},
	{{0xFC, "hw-sw-ver", "", run_hw_sw_ver}, "BP"},
	{{0xD8, "target-config", "", run_target_config}, "BP"},
	{{0xFE, "bl-ver", "", run_version}, "P"},
	{{0xFF, "brom-ver", "", run_version}, "B"},
	{{0xFB, "pl-cap", "", run_capabilities}, "N"},
	{{0xE1, "me-id", "", run_me_id}, "BN"},
	{{0xE7, "soc-id", "", run_soc_id}, "BN"},
	{{0xD0, "read16", "44", run_read16}, "BP"},
	{{0xD1, "read32", "44", run_read32}, "BP"},
	{{0xD2, "write16", "44", run_write16}, "BP"},
	{{0xD3, "write16-no-echo", "44", run_write16_silent}, "BP"},
	{{0xD4, "write32", "44", run_write32}, "BP"},
	{{0xA2, "legacy-read16", "44", run_read16_plain}, "BP"},
	{{0xA1, "legacy-write16", "44", run_write16_legacy}, "BP"},
	{{0xC4, "power-init", "44", run_status_only}, "BP"},
	{{0xC5, "power-deinit", "", run_status_only}, "BP"},
	{{0xC6, "power-read16", "2", run_power_read}, "BP"},
	{{0xC7, "power-write16", "22", run_power_write}, "BP"},
	{{0xC8, "cache", "1", run_cache}, "B"},
	{{0xDA, "register-access", "444", run_register_access}, "B"},
	{{0xDB, "uart-log", "", run_status_only}, "BP"},
	{{0xDC, "uart-baud", "4", run_set_baud}, "B"},
	{{0xDD, "brom-log", "", run_log}, "B"},
	{{0xDF, "brom-log-new", "", run_log}, "B"},
	{{0xD7, "send-da", "444", run_send_da}, "BP"},
	{{0xD5, "jump-da", "4", run_jump_da}, "BP"},
	{{0xDE, "jump-da64", "41", run_jump_da64}, "B"},
	{{0xE0, "send-cert", "4", run_send_cert}, "B"},
	{{0xE2, "send-auth", "4", run_send_auth}, "B"},
	{{0xE3, "sla", "", run_sla}, "B"},
	{{0x80, "stay-still", "", run_stay_still}, "N"},
	{{0xF0, "zeroization", "4", run_zeroization}, "N"},
};

static bool has(const struct device *d, const char *who)
{
	bool newer = d->config->preloader == PRELOADER_NEW;

	for (; *who; who++) {
		if (d->boot->brom ? *who == 'B' : *who == 'P' || (*who == 'N' && newer))
			return true;
	}
	return false;
}

const struct boot_command *boot_find_command(const struct device *d, uint8_t opcode)
{
	const struct chip *chip = d->config->chip;

	if ((opcode == 0xE1 && !chip_has_me_id(chip)) ||
	    (opcode == 0xE7 && !chip_has_soc_id(chip)) ||
	    (opcode == 0xFD && chip_boot(chip)->no_hw_code) ||
	    (opcode == 0xFC && chip_boot(chip)->no_versions))
		return NULL;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		if (table[i].command.opcode == opcode && has(d, table[i].who))
			return &table[i].command;
	}
	return NULL;
}
