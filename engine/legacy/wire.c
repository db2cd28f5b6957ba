#include "engine/legacy/wire.h"

#include <string.h>

#include "engine/base/bytes.h"
#include "engine/base/text.h"
#include "engine/catalogue/catalogue.h"

#define STAGE_STATUS 0xF0 /* the status behind an A5 */
#define STAGE_TEXT   0xF1 /* the rest of an assertion's text */
#define TEXT_BYTES   96

static const struct chip_quirks plain = {.reset_key = 1, .wide_nand = true};

const struct chip_quirks *lg_quirks(const struct flow *f)
{
	const struct chip_quirks *q = f->chip ? chip_quirks_of(f->chip->hw_code) : NULL;

	return q ? q : &plain;
}

bool lg_on_nand(const struct flow *f)
{
	return f->report.facts.storage.kind == STORAGE_NAND;
}

uint8_t lg_storage(const struct flow *f)
{
	switch (f->report.facts.storage.kind) {
	case STORAGE_NAND:
		return LG_NAND;
	case STORAGE_SDMMC:
		return LG_SDMMC;
	case STORAGE_NOR:
		return LG_NOR;
	case STORAGE_EMMC:
	case STORAGE_UFS:
	case STORAGE_NONE:
		break;
	}
	return LG_EMMC;
}

uint8_t lg_part(enum storage_region region)
{
	switch (region) {
	case REGION_BOOT1:
	case REGION_BOOT12: /* the caller writes the second one */
		return 1;
	case REGION_BOOT2:
		return 2;
	case REGION_RPMB:
		return 3;
	case REGION_GP1:
	case REGION_GP2:
	case REGION_GP3:
	case REGION_GP4:
		return (uint8_t)(4 + (region - REGION_GP1));
	case REGION_NONE:
	case REGION_USER:
		return 8;
	case REGION_COUNT:
		break;
	}
	return 0;
}

void lg_put64(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

uint16_t lg_sum(struct slice bytes)
{
	uint32_t sum = 0; /* wraps at 2^32: the low 16 bits stay right */

	for (size_t i = 0; i < bytes.n; i++)
		sum += bytes.p[i];
	return (uint16_t)sum;
}

void lg_u8(struct flow *f, struct flow_action *a, uint8_t value)
{
	tx_copy(f, a, &value, 1);
}

void lg_u32(struct flow *f, struct flow_action *a, uint32_t value)
{
	uint8_t bytes[4];

	put_be32(bytes, value);
	tx_copy(f, a, bytes, sizeof bytes);
}

void lg_op(struct flow *f, struct flow_action *a, enum legacy_op op)
{
	f->agent_idle = false;
	lg_u8(f, a, (uint8_t)op);
}

enum verdict lg_want(struct flow *f, size_t n)
{
	f->legacy.stage = 0;
	return rx_want(f, n);
}

enum verdict lg_more(struct flow *f, uint8_t stage, size_t n)
{
	f->legacy.stage = stage;
	f->want = n;
	return STEP_MORE;
}

/* DAs of 2011 count lower (section 6); only the rows the document lists are known. */
static const struct {
	uint16_t old, now;
} renumbered[] = {
	{3004, 3008}, {3007, 3011}, {3008, 3012}, {3011, 3015}, {3012, 3016},
	{3013, 3017}, {3020, 3024}, {3021, 3025}, {3032, 3036}, {3036, 3040},
	{3041, 3045}, {3057, 3062}, {3060, 3065}, {3061, 3066}, {3078, 3083},
	{3082, 3087}, {3144, 3149}, {3146, 3151}, {3147, 3152}, {3148, 3153},
	{3149, 3154}, {3150, 3155}, {3151, 3156}, {3152, 3157}, {3162, 3178},
};

uint32_t lg_code(const struct flow *f, uint32_t status)
{
	if (!lg_quirks(f)->old_numbers)
		return status;
	for (size_t i = 0; i < sizeof renumbered / sizeof renumbered[0]; i++)
		if (renumbered[i].old == status)
			return renumbered[i].now;
	return status;
}

enum verdict lg_plain_ack(struct flow *f, struct slice rx)
{
	if (f->legacy.stage != STAGE_TEXT && rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage != STAGE_TEXT && rx.p[0] == LG_ACK)
		return STEP_NEXT;
	return lg_unexpected(f, rx, "5A");
}

/* The catalogue keeps today's numbers with the tool's own. */
const char *lg_status_name(uint32_t code)
{
	const struct catalogue_entry *entry = catalogue_find(FAULT_FLASHTOOL, code);

	return entry ? entry->name : "unlisted status";
}

enum verdict lg_refused(struct flow *f, uint32_t status)
{
	uint32_t code = lg_code(f, status);

	return step_fail(f, FAULT_FLASHTOOL, code, "the agent answered %u %s%s%s", status,
			 lg_status_name(code), f->report.target[0] ? " for " : "",
			 f->report.target);
}

/* "ASSERT!!  file.c(12): ..." up to the line's end. */
static enum verdict died(struct flow *f, const char *before, struct slice rx)
{
	struct text_shown text;

	for (size_t i = 0; i < rx.n; i++)
		if (rx.p[i] == '\r' || rx.p[i] == '\n')
			rx.n = i;
	text = text_show(rx);
	return step_fail(f, FAULT_FLASHTOOL, LG_AGENT_DIED,
			 "the agent stopped by itself and says \"%s%s\"", before, text.s);
}

static bool is_assert(struct slice rx)
{
	return rx.n >= 6 && !memcmp(rx.p, "ASSERT", 6);
}

enum verdict lg_whole(struct flow *f, struct slice rx)
{
	if (is_assert(rx))
		return died(f, "", rx);
	return rx.n < f->want ? STEP_MORE : STEP_NEXT;
}

enum verdict lg_unexpected(struct flow *f, struct slice rx, const char *due)
{
	if (f->legacy.stage == STAGE_TEXT)
		return died(f, "A", rx);
	if (rx.p[0] == 'A')
		return lg_more(f, STAGE_TEXT, TEXT_BYTES);
	return step_fail(f, FAULT_FLASHTOOL, LG_PROTOCOL, "%s was due, the agent sent %02X%s%s",
			 due, rx.p[0], f->report.target[0] ? " for " : "", f->report.target);
}

enum verdict lg_status(struct flow *f, struct slice rx)
{
	f->legacy.error = 0;
	if (f->legacy.stage == STAGE_TEXT)
		return lg_unexpected(f, rx, "");
	if (rx.n < f->want)
		return STEP_MORE;
	if (f->legacy.stage == STAGE_STATUS) {
		f->legacy.error = get_be32(rx.p);
		return STEP_LEAVE;
	}
	if (rx.p[0] == LG_ACK)
		return STEP_NEXT;
	if (rx.p[0] == LG_NACK)
		return lg_more(f, STAGE_STATUS, 4);
	return lg_unexpected(f, rx, "5A");
}

enum verdict lg_ack(struct flow *f, struct slice rx)
{
	enum verdict v = lg_status(f, rx);

	if (v != STEP_LEAVE)
		return v;
	f->agent_idle = true;
	return lg_refused(f, f->legacy.error);
}

enum verdict lg_done(struct flow *f, struct slice rx)
{
	enum verdict v = lg_ack(f, rx);

	if (v == STEP_NEXT)
		f->agent_idle = true;
	return v;
}
