/*
 * hear: what an agent's message means at its place in the conversation; between talk.c, which moves
 * the bytes, and hear.c and files.c, which decide.
 */
#ifndef ENGINE_XML_HEAR_H
#define ENGINE_XML_HEAR_H

#include "engine/flow/flow_state.h"

/* xml_state.at: what is waited for. */
enum xml_at {
	AT_START,    /* the agent's START, to answer it with the command */
	AT_ACCEPT,   /* OK to the command */
	AT_REQUEST,  /* the agent's next document */
	AT_LENGTH,   /* OK to the length of our file */
	AT_SUM,	     /* OK to a packet's checksum */
	AT_TAKEN,    /* OK to the packet itself */
	AT_TOTAL,    /* length of the agent's file */
	AT_CHUNK,    /* OK before a packet of it */
	AT_DATA,     /* the packet */
	AT_PROGRESS, /* lines of a progress report */
	AT_LOOP,     /* START after an END ERR; some agents stop there */
	AT_OVER,     /* the END is acknowledged as soon as this has left */
};

/* xml_state.say: what goes out with the next exchange, each line a frame. */
enum xml_say {
	SAY_NOTHING,
	SAY_OK,
	SAY_ERR,
	SAY_CANCEL,  /* ERR!CANCEL */
	SAY_COMMAND, /* OK, then the command's document */
	SAY_LENGTH,  /* OK, then the length of our file */
	SAY_SUM,     /* checksum of the next packet */
	SAY_PACKET,  /* the packet */
	SAY_ANSWER,  /* OK, then xml_state.answer */
};

/*
 * Take one whole message of text (not file data) from xml_state.heard. STEP_AGAIN: say and at are
 * set for the next exchange; STEP_LEAVE: the command is over; STEP_FAIL.
 */
enum verdict hear_message(struct flow *f);
/* A packet of the agent's file is complete. */
enum verdict hear_chunk(struct flow *f);
/* A message that has no place here; too many of them are a failure. */
enum verdict hear_stray(struct flow *f);

/* Requests for files (files.c): `doc` is the agent's document. */
enum verdict files_download(struct flow *f, struct slice doc);
enum verdict files_upload(struct flow *f, struct slice doc);
enum verdict files_system(struct flow *f, struct slice doc);
/* Lines within them. `ok`: the line begins with OK. */
enum verdict files_line(struct flow *f, struct slice line, bool ok);
/* The bytes of the next packet, and its checksum. */
struct slice files_packet(struct flow *f);
uint32_t files_sum(const struct flow *f, struct slice packet);

#endif
