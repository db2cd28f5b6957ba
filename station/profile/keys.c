#include "station/profile/keys.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "station/config/config.h"

#define KEY_FILE_MAX (256u << 10) /* auth and cert files have some KiB */

static int bad_file(struct problem *problem, const char *key, const char *path, const char *why)
{
	size_t n = strlen(path);

	return problem_set(problem, key,
			   "give the file's path, as seen from the profile's folder; it must be "
			   "readable for the station",
			   "%s%s: %s", n > 120 ? "..." : "", n > 120 ? path + n - 120 : path, why);
}

static int read_file(const char *key, const char *path, struct slice *to, struct problem *problem)
{
	FILE *f = fopen(path, "re");
	uint8_t *bytes;
	size_t n;

	if (!f)
		return bad_file(problem, key, path, strerror(errno));
	bytes = malloc(KEY_FILE_MAX + 1);
	n = bytes ? fread(bytes, 1, KEY_FILE_MAX + 1, f) : 0;
	if (bytes && !ferror(f) && n > 0 && n <= KEY_FILE_MAX) {
		fclose(f);
		*to = (struct slice){bytes, n};
		return 0;
	}
	bad_file(problem, key, path,
		 !bytes		    ? "out of memory"
		 : n > KEY_FILE_MAX ? "it is larger than 256 KiB: not such a file"
		 : ferror(f)	    ? "it can not be read"
				    : "it is empty");
	fclose(f);
	free(bytes);
	return -1;
}

static int load_one(const char *key, const char *name, const char *profile_file, struct slice *to,
		    struct problem *problem)
{
	char path[1024];

	if (!name[0])
		return 0;
	if (!config_join(path, sizeof path, profile_file, name))
		return bad_file(problem, key, name, "the path gets too long");
	return read_file(key, path, to, problem);
}

int keys_load(struct profile_keys *k, const char *profile_file, struct problem *problem)
{
	struct flow_keys *f = &k->files;

	if (load_one("auth", k->auth, profile_file, &f->auth, problem) != 0 ||
	    load_one("cert", k->cert, profile_file, &f->cert, problem) != 0 ||
	    load_one("sla_key", k->sla, profile_file, &f->sla, problem) != 0 ||
	    load_one("da_sla_key", k->da_sla, profile_file, &f->da_sla, problem) != 0)
		return -1;
	f->auth_name = k->auth;
	f->cert_name = k->cert;
	f->sla_name = k->sla;
	f->da_sla_name = k->da_sla;
	return 0;
}

static void drop(struct slice *s)
{
	free((void *)(uintptr_t)s->p); /* ours: malloc()ed above */
	*s = (struct slice){NULL, 0};
}

void keys_free(struct profile_keys *k)
{
	drop(&k->files.auth);
	drop(&k->files.cert);
	drop(&k->files.sla);
	drop(&k->files.da_sla);
}

const struct flow_keys *keys_of(const struct profile_keys *k)
{
	const struct flow_keys *f = &k->files;

	return f->auth.n || f->cert.n || f->sla.n || f->da_sla.n ? f : NULL;
}
