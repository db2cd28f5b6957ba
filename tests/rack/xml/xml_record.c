/* The record of FLASH-UPDATE in bytes (da-xml.md section 6). */
#include "tests/rack/xml/xml_record.h"

#include <string.h>

#include "engine/base/bytes.h"

enum { PARTS_AT = 4, PART_BYTES = 72, STAGE_AT = PARTS_AT + XML_RECORD_PARTS * PART_BYTES };

void xml_record_put(const struct xml_record *r, uint8_t bytes[XML_RECORD_BYTES])
{
	memset(bytes, 0, XML_RECORD_BYTES);
	put_le32(bytes, r->count);
	for (size_t i = 0; i < r->count; i++) {
		uint8_t *part = bytes + PARTS_AT + i * PART_BYTES;

		memcpy(part, r->parts[i].name, sizeof r->parts[i].name);
		put_le32(part + 64, r->parts[i].state);
		put_le32(part + 68, r->parts[i].sum);
	}
	put_le32(bytes + STAGE_AT, r->stage);
	put_le32(bytes + STAGE_AT + 4, r->changed);
	put_le32(bytes + STAGE_AT + 8, r->gpt_changed);
}

bool xml_record_get(struct xml_record *r, const uint8_t *bytes, size_t n)
{
	memset(r, 0, sizeof *r);
	if (n != XML_RECORD_BYTES || get_le32(bytes) > XML_RECORD_PARTS ||
	    get_le32(bytes + STAGE_AT) > 3)
		return false;
	r->count = get_le32(bytes);
	for (size_t i = 0; i < r->count; i++) {
		const uint8_t *part = bytes + PARTS_AT + i * PART_BYTES;

		memcpy(r->parts[i].name, part, sizeof r->parts[i].name - 1);
		r->parts[i].state = get_le32(part + 64);
		r->parts[i].sum = get_le32(part + 68);
	}
	r->stage = get_le32(bytes + STAGE_AT);
	r->changed = get_le32(bytes + STAGE_AT + 4);
	r->gpt_changed = get_le32(bytes + STAGE_AT + 8);
	return true;
}
