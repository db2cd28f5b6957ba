/* DA.SLA: the owner's authorisation (da-xml.md section 4, steps 7 and 8). */
#include <string.h>

#include "tests/rack/xml/xml_agent.h"

enum { POLICY_BYTES_MAX = 0x200000, SIGNATURE_BYTES_MAX = 0x800000, DOCUMENT_BYTES = 512 };

void xml_get_dev_fw_info(struct device *d)
{
	const char *token = xml_need(d, "da/arg/target_file");
	char buffer[DOCUMENT_BYTES];
	struct xml_text t;

	if (!token)
		return;
	agent_challenge(d);
	xml_text_init(&t, buffer, sizeof buffer);
	xml_text_put(&t, XML_PROLOG "<sla version=\"1.0\"><rnd>");
	xml_text_hex(&t, d->agent->random, sizeof d->agent->random);
	xml_text_put(&t, "</rnd><hrid>");
	xml_text_hex(&t, d->id.hrid, sizeof d->id.hrid);
	xml_text_put(&t, "</hrid><socid>");
	xml_text_hex(&t, d->id.soc_id, sizeof d->id.soc_id);
	xml_text_put(&t, "</socid></sla>");
	xml_push_text(d, "DEV-FW-INFO", token, t.bytes, xml_ok);
}

static void policy_received(struct device *d)
{
	struct xml_agent *x = d->xml;

	if (agent_unlock(d, x->file, x->file_n))
		xml_ok(d);
	else
		xml_fail(d, "Security policy was refused. 0x%x", DA_SLA_REFUSED);
}

void xml_set_flash_policy(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file");

	if (token)
		xml_pull_file(d, "SEC-POLICY", token, POLICY_BYTES_MAX, policy_received);
}

void xml_set_signature(struct device *d)
{
	const char *token = xml_need(d, "da/arg/source_file");

	if (token)
		xml_pull_file(d, "Signature", token, SIGNATURE_BYTES_MAX, xml_ok);
}
