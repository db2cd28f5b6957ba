/*
 * rig_xml: the host's side of the XML generation for tests, on a rig.
 *
 * rig_xml_play() plays a dialogue, one frame a line, text frames with their NUL:
 *
 *   H> text               the host says exactly that
 *   D> text               the device must say exactly that
 *   H> CMD:NAME|a=1|b=2   a command document, version 1.0, with those arguments
 *   H> CMD:NAME/1.1|a=1   the same with another version
 *   D> START              the documents of the device, written short:
 *   D> END OK             END RESULT|message
 *   D> DOWNLOAD CHK_NO|info|token|0x1000
 *   D> UPLOAD info|token|0x1000
 *   D> PROGRESS message
 *   D> FILE EXISTS|path
 *   D> ANY                any one frame
 *
 * "END OK" checks result and an empty message; "END OK|*" takes any message. Blanks around a line
 * and text behind " #" are ignored.
 */
#ifndef RACK_RIG_XML_H
#define RACK_RIG_XML_H

#include <openssl/sha.h>

#include "tests/rack/rig.h"
#include "tests/rack/xml/xml_agent.h"

#define RIG_XML_PROLOG "<?xml version=\"1.0\" encoding=\"utf-8\"?>"

void rig_xml_say(struct rig *rig, const char *text);
/* Next text frame, its one NUL checked, in a buffer that the next call overwrites. */
const char *rig_xml_hear(struct rig *rig);
__attribute__((format(printf, 2, 3))) void rig_xml_play(struct rig *rig, const char *format, ...);

/* Plugged in, DA1 running: START was heard and not answered. */
void rig_xml_agent1(struct rig *rig);
/* Runtime parameters as `checksums` ("NONE", "USB", ...), init, BOOT-TO: START of DA2. */
void rig_xml_agent2(struct rig *rig, const char *checksums);
/* BOOT-TO with this image, up to and including its END; `result` as in END. */
void rig_xml_boot_to(struct rig *rig, const uint8_t *da2, size_t n, const char *end);

/* The packets of a download, OK of the total heard; after the last one, nothing is read. */
void rig_xml_packets(struct rig *rig, const uint8_t *bytes, size_t n, size_t packet,
		     const char *answer);
/* A whole UPLOAD-FILE of which the document was heard; `to` gets `n` bytes. */
void rig_xml_take(struct rig *rig, uint8_t *to, size_t n, size_t packet, bool image);
/* A small result by command, e.g. "CMD:GET-HW-INFO", up to the next START. */
const char *rig_xml_result(struct rig *rig, const char *command, const char *info);

/* A partition table with this one partition and "lk" behind it. */
void rig_xml_partition(struct rig *rig, const char *name, uint64_t start, uint64_t size);

#endif
