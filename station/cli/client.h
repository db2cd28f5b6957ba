/*
 * client: requests to a running station, for the commands that need one.
 *
 * The station is http://127.0.0.1:8470 unless --url or FLASHRACK_URL says otherwise. A refusal is
 * printed as the program's one error line, in the station's own words.
 */
#ifndef STATION_CLI_CLIENT_H
#define STATION_CLI_CLIENT_H

#include <cjson/cJSON.h>

struct cli_options;

/*
 * GET or POST below /api/v1/; `body` is taken over, NULL posts {}. The answer is the caller's; NULL
 * when it failed and that was printed.
 */
cJSON *client_get(const struct cli_options *o, const char *path);
cJSON *client_post(const struct cli_options *o, const char *path, cJSON *body);

/* One part of a path, percent-encoded: slot paths hold blanks and slashes. Freed by the caller. */
char *client_part(const char *text);

/* Text at "unit.me_id", numbers as digits; "-" for null and what is not there. In a static ring. */
const char *client_text(const cJSON *json, const char *path);

#endif
