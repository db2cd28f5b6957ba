#include "web/assets.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "web/http/exchange.h"

const struct asset *asset_find(const char *name)
{
	for (size_t i = 0; i < asset_count; i++)
		if (!strcmp(assets[i].name, name))
			return &assets[i];
	return NULL;
}

const char *assets_version(void)
{
	static char version[24];
	unsigned long long mixed = 14695981039346656037ull; /* FNV-1a over the ETags */

	if (*version)
		return version;
	for (size_t i = 0; i < asset_count; i++)
		for (const char *p = assets[i].etag; *p; p++)
			mixed = (mixed ^ (unsigned char)*p) * 1099511628211ull;
	snprintf(version, sizeof version, "%016llx", mixed);
	return version;
}

/* If-None-Match is a list; our tags are hex and cannot be part of another. */
static bool client_has(const struct exchange *x, const struct asset *a)
{
	const char *tags = exchange_header(x, MHD_HTTP_HEADER_IF_NONE_MATCH);

	return tags && (strstr(tags, a->etag) || !strcmp(tags, "*"));
}

void asset_answer(struct exchange *x, const struct asset *a)
{
	bool known = client_has(x, a);
	struct MHD_Response *r = MHD_create_response_from_buffer(
		known ? 0 : a->bytes, (void *)(size_t)a->data, MHD_RESPMEM_PERSISTENT);

	if (r) {
		MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
		MHD_add_response_header(r, MHD_HTTP_HEADER_ETAG, a->etag);
		MHD_add_response_header(r, MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache");
	}
	answer_response(x, known ? 304 : 200, r);
}
