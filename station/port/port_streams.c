/* What a run reads out of its unit, and what it is given back: between flow, files and ledger. */
#include "station/port/port.h"

#include <stdio.h>
#include <string.h>

#include "station/station.h"

static void taken(void *context, const struct fault *fault)
{
	struct port *p = context;

	if (fault)
		run_refuse(&p->run, fault);
	else
		run_taken(&p->run);
}

static void stored(void *context, const struct stream_file *file)
{
	port_record_stream(context, file);
}

static void loaded(void *context, struct slice bytes, const struct wire_sums *sums,
		   const struct fault *fault)
{
	struct port *p = context;

	if (fault)
		run_refuse(&p->run, fault);
	else
		run_loaded(&p->run, bytes, sums);
}

static void owed(void *context, bool is_owed)
{
	port_record_owed(context, is_owed);
}

static void marked(void *context, const struct fault *fault)
{
	port_record_marked(context, fault);
}

static void ended(void *context)
{
	port_streams_ended(context);
}

void port_streams_make(struct port *p)
{
	struct streams_host host = {
		.taken = taken,
		.stored = stored,
		.loaded = loaded,
		.owed = owed,
		.marked = marked,
		.ended = ended,
		.context = p,
	};

	streams_init(&p->streams, p->station->loop, p->station->config->state_dir,
		     (uint64_t)p->station->config->disk_free_mib << 20, &host);
}

const char *port_stream_sha256(const struct port *p, const char *name)
{
	for (size_t i = 0; i < p->stream_count; i++)
		if (strcmp(p->stream_files[i].file.name, name) == 0)
			return p->stream_files[i].file.sha256;
	return "";
}
