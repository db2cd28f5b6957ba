/* judge: what the END of a command means for the run. */
#include "engine/xml/talk.h"
#include "engine/xml/words.h"

/* What the whole unit lacks is a refusal; what the command met is its failure. */
static enum verdict refused_as(struct flow *f, enum fault_family family, uint32_t code)
{
	const struct xml_state *x = &f->xml;

	if (family == FAULT_XFLASH && code == STATUS_NO_STORAGE && !f->report.wrote)
		return step_refuse(f, 40, "the agent says \"%.150s\"", x->message);
	return step_fail(f, family, code, "%s%s%s: the agent says \"%.140s\"", x->name,
			 f->report.target[0] ? " of " : "", f->report.target,
			 x->message[0] ? x->message : "ERR");
}

enum verdict xml_refused(struct flow *f, uint32_t otherwise)
{
	const struct xml_state *x = &f->xml;
	enum fault_family family;
	uint32_t code;

	if (x->verdict == XML_UNSUPPORTED)
		return step_fail(f, FAULT_XML, XML_FAULT_UNSUPPORTED,
				 "this build of the agent does not know %s", x->name);
	if (x->sum_refused)
		return step_fail(f, FAULT_XFLASH, STATUS_CHECKSUM,
				 "%s of %s: the %llu bytes at 0x%llX did not arrive as they were "
				 "sent",
				 x->name, f->report.target, (unsigned long long)x->packet,
				 (unsigned long long)x->sent);
	family = words_meaning(x->message, otherwise, &code);
	return refused_as(f, family, code);
}

enum verdict xml_must(struct flow *f, struct slice rx)
{
	(void)rx;
	return f->xml.result == XML_OK ? STEP_NEXT : xml_refused(f, XML_FAULT_OTHER);
}

enum verdict xml_may(struct flow *f, struct slice rx)
{
	return f->xml.result == XML_UNSUPPORTED ? STEP_NEXT : xml_must(f, rx);
}

enum verdict xml_try(struct flow *f, struct slice rx)
{
	(void)f;
	(void)rx;
	return STEP_NEXT;
}
