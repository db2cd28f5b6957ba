/* What is on a device and in a package, asked from programs that share nothing with the station. */
#include "tests/sim/sim.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sim_witness(struct sim *s, const char *verb, const char *rack, int device, char *said,
		size_t size)
{
	char package[128], state[128];
	const char *args[] = {verb, "--package", package, "--device", state, NULL};

	snprintf(package, sizeof package, "%s/%s", s->dir, s->package);
	snprintf(state, sizeof state, "%s/%s/%d", s->dir, rack, device);
	return sim_run(s, "flashrack-sample", args, said, size);
}

bool sim_verify(struct sim *s, const char *rack, int device)
{
	char said[8192];
	int status = sim_witness(s, "verify", rack, device, said, sizeof said);

	assert_in_range(status, 0, 1);
	return status == 0;
}

void sim_identity(struct sim *s, const char *rack, int device, struct sim_identity *to)
{
	if (sim_witness(s, "identity", rack, device, to->text, sizeof to->text) != 0)
		fail_msg("identity of %s/%d: %s", rack, device, to->text);
	if (!to->text[0])
		fail_msg("identity of %s/%d: the package names no such partition", rack, device);
}

cJSON *sim_check_package(struct sim *s)
{
	char package[128];
	const char *args[] = {"package", "check", package, "--json", NULL};
	size_t size = 1 << 20;
	char *text = malloc(size);
	cJSON *json;

	assert_non_null(text);
	snprintf(package, sizeof package, "%s/%s", s->dir, s->package);
	if (sim_run(s, "flashrack", args, text, size) != 0)
		fail_msg("flashrack package check: %.2000s", text);
	json = cJSON_Parse(text);
	assert_non_null(json);
	free(text);
	return json;
}

const cJSON *sim_partition(const cJSON *package, const char *names)
{
	const cJSON *p;
	char wanted[256], name[80];

	snprintf(wanted, sizeof wanted, " %s ", names);
	cJSON_ArrayForEach(p, cJSON_GetObjectItem(package, "partitions"))
	{
		snprintf(name, sizeof name, " %s ", cJSON_GetObjectItem(p, "name")->valuestring);
		if (strstr(wanted, name) && cJSON_IsTrue(cJSON_GetObjectItem(p, "is_download")))
			return p;
	}
	fail_msg("the package has none of%s", wanted);
	return NULL;
}

int64_t sim_written(struct sim *s, const char *rack, int device)
{
	char path[160], text[8192];
	cJSON *json, *region;
	int64_t sum = 0;
	FILE *f;
	size_t n;

	snprintf(path, sizeof path, "%s/%s/%d/device.json", s->dir, rack, device);
	f = fopen(path, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof text - 1, f);
	text[n] = '\0';
	fclose(f);
	json = cJSON_Parse(text);
	assert_non_null(cJSON_GetObjectItem(json, "regions"));
	cJSON_ArrayForEach(region, cJSON_GetObjectItem(json, "regions"))
	{
		sum += (int64_t)cJSON_GetObjectItem(region, "bytes_written")->valuedouble;
		sum += (int64_t)cJSON_GetObjectItem(region, "bytes_erased")->valuedouble;
	}
	cJSON_Delete(json);
	return sum;
}
