/*
 * auth_missing: does the plan hold what this unit's security asks for (brom.md sections 8, 12)?
 *
 * A boot ROM with SLA or DAA wants the auth file first, and with SLA an answer that only the
 * owner's key can give. With DAA it, or the preloader by its own key, verifies the agent: an agent
 * without signature, or with the mark that customers replace by their signature (da-file.md 1.4),
 * can not pass. A preloader has no command for any of the files.
 */
#include <string.h>

#include "engine/brom/brom.h"
#include "engine/brom/command.h"
#include "engine/flow/flow_state.h"
#include "engine/security/sla.h"

static const char unsigned_mark[] = "SSSSCUST";

static bool agent_signed(const struct flow *f)
{
	const uint8_t *signature;

	if (f->da1_sig_len < sizeof unsigned_mark - 1 || f->da1_sig_len > f->da1.n)
		return false;
	signature = f->da1.p + f->da1.n - f->da1_sig_len;
	return memcmp(signature, unsigned_mark, sizeof unsigned_mark - 1) != 0;
}

static bool key_usable(struct slice key)
{
	struct problem problem;
	size_t bytes;

	return sla_check_key(key, &bytes, &problem) == 0;
}

const char *auth_missing(const struct flow *f)
{
	static const struct flow_keys none;
	const struct flow_keys *keys = f->plan->keys ? f->plan->keys : &none;
	uint32_t config = f->report.facts.target_config;
	bool by_rom = f->report.facts.arrived_as == MODE_BROM;

	if (by_rom && config & (BROM_CONFIG_SLA | BROM_CONFIG_DAA) && !keys->auth.n)
		return "auth file";
	if (by_rom && config & BROM_CONFIG_SLA && !keys->sla.n)
		return "SLA key file";
	if (by_rom && config & BROM_CONFIG_SLA && !key_usable(keys->sla))
		return "SLA key file that holds an RSA private key";
	if (by_rom && config & BROM_CONFIG_ROOT_CERT && !keys->cert.n)
		return "certificate file";
	if (config & BROM_CONFIG_DAA && f->da1.n && !agent_signed(f))
		return "download agent signed by the owner";
	return NULL;
}
