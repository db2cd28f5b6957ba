/* The station as a whole: what it is, and whether it is well. */
#include "web/api/handlers.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "station/view/view.h"
#include "web/api/params.h"
#include "web/api/render.h"
#include "web/context.h"
#include "web/http/exchange.h"

void get_station(struct exchange *x)
{
	struct view_station station;

	if (params_none(x))
		return;
	view_station(x->web->station, &station);
	answer_json(x, 200, render_station(&station));
}

/* 200 while units can be flashed; 503 with the reason when the station takes no new runs. */
void get_health(struct exchange *x)
{
	struct view_station station;
	cJSON *json;

	if (params_none(x))
		return;
	view_station(x->web->station, &station);
	json = cJSON_CreateObject();
	render_text(json, "status", station.state);
	render_text(json, "why", station.state_why);
	answer_json(x, !strcmp(station.state, "ready") ? 200 : 503, json);
}
