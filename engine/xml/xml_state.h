/* xml_state: what the XML tables keep between two frames. */
#ifndef ENGINE_XML_XML_STATE_H
#define ENGINE_XML_XML_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/slice.h"
#include "engine/flow/agent_lock.h"
#include "engine/xflash/frame.h"
#include "engine/xml/doc.h"

/* How a command ended. */
enum xml_result {
	XML_LEFT,    /* the device left the bus before the end was taken */
	XML_UNHEARD, /* it was told to leave, and fell silent */
	XML_OK,
	XML_UNSUPPORTED, /* this build does not know the command */
	XML_FAILED,	 /* END ERR: `message` says why */
};

/* Where the result of an upload goes. */
enum xml_take {
	XML_TAKE_NOTHING,
	XML_TAKE_TEXT,	/* into flow->table; what is behind its end is dropped */
	XML_TAKE_SINK,	/* to io.sink; exactly io.length bytes */
	XML_TAKE_WHOLE, /* to io.sink; io.length is what the agent says */
};

#define XML_MESSAGE_MAX 160
#define XML_TOKEN_MAX	96
#define XML_HEARD_MAX	2048 /* agents emit at most 1024 bytes of XML */

struct wire_sums;

struct xml_state {
	/* the link */
	struct frame_reader in;
	bool in_payload;  /* a frame's header is taken, its payload is coming */
	bool started;	  /* the agent's START is taken and not answered yet */
	bool dead;	  /* the agent has left its command loop after an END ERR */
	uint16_t heard_n; /* bytes of text kept of the message in work */
	uint8_t heard[XML_HEARD_MAX];

	/* the conversation */
	uint8_t at;			 /* what is waited for; talk.c */
	uint8_t say;			 /* what goes out next; talk.c */
	uint8_t strays;			 /* messages that had no place, so far */
	char answer[32];		 /* second frame of a FILE-SYS-OPERATION */
	enum xml_result result, verdict; /* verdict: before the END was acknowledged */
	char message[XML_MESSAGE_MAX];	 /* of the last END ERR */
	bool sum_refused; /* that END came in place of the answer to a packet with a checksum */

	/* the command in work; set up by the verbs */
	struct doc command;
	char name[32];		   /* of the command, for messages */
	char token[XML_TOKEN_MAX]; /* the only file name of ours that the agent may ask for */
	uint32_t work_ms;	   /* longest silence while the agent works */
	bool leaves;		   /* the device may leave the bus in it */

	/* file to the device */
	struct slice send;	      /* borrowed; n 0: an empty file, or none */
	const struct wire_sums *sums; /* of send; NULL: summed on the way */
	bool has_send;
	bool send_answer; /* signed_answer is the file, not `send` */
	bool counts;	  /* it is an image, its bytes are progress */
	bool summed;	  /* CHK_ADD */
	uint64_t packet_most, packet;
	uint64_t sent; /* acknowledged bytes */

	/* file from the device */
	enum xml_take take;
	uint64_t total, taken;

	/* what the start has found */
	bool can_faster;   /* it can change to a better USB speed */
	bool switched_usb; /* it has been tried */
	bool early_lock;   /* the first stage wants the authorisation already */
	bool ram_tested;
	uint16_t answer_n;
	uint8_t signed_answer[AGENT_LOCK_ANSWER_MAX];
};

#endif
