/*
 * xml_agent: the XML agent of a device, as da-xml.md describes it, for the files of this folder.
 *
 * The agent drives: it asks for a command (START), answers "OK", makes requests of the host
 * (DOWNLOAD-FILE, UPLOAD-FILE, PROGRESS-REPORT, FILE-SYS-OPERATION) and closes with END. Each wait
 * for the host names the function that goes on. One request is at work at a time; a command that
 * makes several chains them.
 */
#ifndef RACK_XML_AGENT_H
#define RACK_XML_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/rack/agent.h"
#include "tests/rack/device.h"
#include "tests/rack/image_sink.h"
#include "tests/rack/xml/xml_doc.h"

#define XML_DA1_COMMAND_BYTES 2048
#define XML_DA2_COMMAND_BYTES 0x80000
#define XML_LINE_BYTES	      64
#define XML_EMIT_BYTES	      1024 /* the longest document the agent writes */
#define XML_FEEDBACK_MAX      128

typedef void xml_step(struct device *d);
typedef void xml_line(struct device *d, const char *line);

enum xml_result { XML_OK, XML_ERR, XML_UNSUPPORTED };

/* A file or a region on its way, either direction (da-xml.md 3.1, 3.2). */
struct xml_transfer {
	bool image;	 /* of storage: checksums, "OK@0x0"; else a small file */
	bool keep;	 /* the bytes go to xml_agent.file */
	uint32_t packet; /* bytes */
	uint64_t total, done, limit;
	uint32_t checksum; /* announced for the packet on its way */
	uint32_t sum;	   /* of the packets so far */
	enum image_error late, final;
	struct image_sink sink;
	enum storage_region region; /* upload of a region */
	uint64_t at;
	uint8_t *bytes; /* upload from memory; owned */
	xml_step *next;
};

struct xml_progress {
	bool (*work)(struct device *d); /* may be NULL; false: the command fails after EOT */
	unsigned percent, stride;	/* of 100 */
	bool failed;
	xml_step *next;
};

struct xml_feedback {
	char partition[73], file[256];
	uint32_t sum;
};

struct xml_plan; /* a command over many partitions: xml_plan.h */

struct xml_agent {
	/* receiving */
	uint8_t *in; /* the command document; owned */
	char line[XML_LINE_BYTES + 1];
	xml_line *on_line;

	/* the command at work */
	struct xml_doc command;
	unsigned major, minor;
	bool data_phase; /* in the packets of a transfer */
	enum xml_result result;
	char message[512];   /* of END; an old one may stay: section 2 */
	bool da2_refused;    /* 2025 names the code */
	xml_step *deferred;  /* runs after the END acknowledgement */
	const char *trouble; /* stored: every command ends with it; NULL none */
	bool spare_ok;	     /* WRITE-FLASH was the last command: see got_document() */

	/* SET-RUNTIME-PARAMETER */
	bool sum_usb, sum_storage, no_dram, log_usb;

	/* requests */
	struct xml_transfer transfer;
	struct xml_progress progress;
	xml_line *on_answer; /* FILE-SYS-OPERATION */
	uint8_t *file;	     /* what a small download brought, a NUL behind; owned */
	size_t file_n;

	/* one partition or range at work */
	struct agent_target target;
	uint64_t at, length;
	char token[512];    /* the host's word for the file */
	char verified[512]; /* its "-verified" sister */
	char info[96];
	xml_step *written; /* after xml_write_partition() */
	bool pre_erase;
	unsigned erased; /* regions of ERASE-FLASH ALL so far */

	struct xml_plan *plan; /* owned */
	struct xml_feedback feedback[XML_FEEDBACK_MAX];
	size_t feedback_n;
	char boot_mode[20]; /* SET-BOOT-MODE */
};

/* ---- wire (xml_wire.c) ---- */
void xml_send_text(struct device *d, const char *text); /* one frame, NUL counted */
__attribute__((format(printf, 2, 3))) void xml_reply(struct device *d, const char *format, ...);
void xml_send_data(struct device *d, uint8_t *bytes, size_t n); /* takes malloc'ed memory */
/* One reply line of the host. A framing error ends the command (section 1). */
void xml_expect_line(struct device *d, xml_line *next);
void xml_protocol_error(struct device *d);
bool xml_is_ok(const char *line);
/* The number behind '@', hex or decimal; false when there is none. */
bool xml_line_number(const char *line, uint64_t *value);

/* ---- life cycle (xml_loop.c) ---- */
void xml_ready(struct device *d); /* START */
void xml_ok(struct device *d);	  /* END OK, START */
__attribute__((format(printf, 2, 3))) void xml_fail(struct device *d, const char *format, ...);
void xml_fail_storage(struct device *d);
void xml_end(struct device *d, enum xml_result result);
/* A stage begins: it may find that it cannot work (section 2). */
void xml_stage_begins(struct device *d);
/* Argument of the command; NULL was answered with END ERR already. */
const char *xml_need(struct device *d, const char *path);
const char *xml_optional(struct device *d, const char *path); /* "" when absent */
/* The same as a number; "MAX" gives UINT64_MAX. False: answered already. */
bool xml_need_number(struct device *d, const char *path, uint64_t *value);

/* ---- requests of the host (xml_download.c, xml_upload.c, xml_ask.c) ---- */
void xml_pull_file(struct device *d, const char *info, const char *token, size_t limit,
		   xml_step *next);
/* Image into x->target. */
void xml_pull_image(struct device *d, const char *info, const char *token, bool named,
		    xml_step *next);
void xml_push_bytes(struct device *d, const char *info, const char *token, const void *bytes,
		    size_t n, xml_step *next);
void xml_push_text(struct device *d, const char *info, const char *token, const char *text,
		   xml_step *next); /* with its NUL */
void xml_push_region(struct device *d, const char *info, const char *token,
		     enum storage_region region, uint64_t at, uint64_t n, xml_step *next);
/* `updates` progress lines before EOT, evenly spread; `work` runs before the first. */
void xml_report(struct device *d, const char *message, unsigned updates,
		bool (*work)(struct device *d), xml_step *next);
void xml_ask_file(struct device *d, const char *key, const char *path, xml_line *answer);
uint32_t xml_word_sum(const uint8_t *p, size_t n); /* section 3.1 */

/* ---- storage (xml_target.c) ---- */
bool xml_region(struct device *d, const char *name, enum storage_region *region);
/* By partition name into x->target; false: END ERR was sent. */
bool xml_find_partition(struct device *d, const char *name);
bool xml_find_region(struct device *d, const char *name); /* likewise, by region name */
/* Does the range lie in x->target? MAX is cut. False: END ERR was sent. */
bool xml_check_range(struct device *d, uint64_t at, uint64_t *length, const char *what);
bool xml_erase_target(struct device *d); /* x->at, x->length of x->target */
/* Report the erase of x->target, from `at` on. */
void xml_report_erase(struct device *d, const char *message, uint64_t at, uint64_t length,
		      xml_step *next);
uint32_t xml_write_packet(const struct device *d);
uint32_t xml_read_packet(const struct device *d);
bool xml_read_table(struct device *d, struct gpt *gpt);

/* One partition as WRITE-PARTITION does it (section 6); `x->target`, `x->token` are set. */
void xml_write_partition(struct device *d, xml_step *next);
/* Is the file a table template, or one for another size? Make it ours (xml_table.c). */
bool xml_table_written(struct device *d);

/* ---- commands ---- */
typedef void xml_command(struct device *d);

xml_command xml_set_runtime_parameter, xml_host_supported_commands, xml_notify_init_hw,
	xml_set_host_info, xml_boot_to, xml_ram_test, xml_dram_repair; /* xml_setup.c, xml_ram.c */
xml_command xml_can_higher_usb_speed, xml_switch_higher_usb_speed, xml_set_boot_mode,
	xml_reboot; /* xml_power.c */
xml_command xml_get_hw_info, xml_get_da_info, xml_get_sys_property, xml_read_partition_table,
	xml_get_feedback, xml_emmc_control;				  /* xml_info.c */
xml_command xml_get_dev_fw_info, xml_set_flash_policy, xml_set_signature; /* xml_security.c */
xml_command xml_read_partition, xml_read_flash, xml_erase_partition, xml_erase_flash,
	xml_write_flash, xml_write_partition_command;		   /* xml_storage.c, xml_write.c */
xml_command xml_write_partitions, xml_flash_all, xml_flash_update; /* xml_plan.c, xml_update.c */
xml_command xml_set_rsc, xml_write_private_cert, xml_read_register, xml_write_register,
	xml_read_efuse, xml_write_efuse, xml_ufs; /* xml_odds.c */

#endif
