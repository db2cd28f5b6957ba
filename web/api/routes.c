#include "web/api/routes.h"

#include "web/api/handlers.h"

const struct route api_routes[] = {
	{ROUTE_GET, "/", get_page},
	{ROUTE_GET, "/page/{file}", get_page_file},
	{ROUTE_GET, "/openapi.json", get_openapi},
	{ROUTE_GET, "/schema/{file}", get_schema},
	{ROUTE_GET, "/healthz", get_health},
	{ROUTE_GET, "/metrics", get_metrics},

	{ROUTE_GET, "/api/v1/station", get_station},
	{ROUTE_GET, "/api/v1/slots", get_slots},
	{ROUTE_GET, "/api/v1/slots/{slot}", get_slot},
	{ROUTE_POST, "/api/v1/slots/{slot}/abort", post_slot_abort},
	{ROUTE_POST, "/api/v1/slots/{slot}/retry", post_slot_retry},
	{ROUTE_POST, "/api/v1/slots/{slot}/release", post_slot_release},
	{ROUTE_GET, "/api/v1/units", get_units},
	{ROUTE_GET, "/api/v1/units/{id}", get_unit},
	{ROUTE_GET, "/api/v1/runs", get_runs},
	{ROUTE_GET, "/api/v1/runs/{id}", get_run},
	{ROUTE_GET, "/api/v1/runs/{id}/log", get_run_log},
	{ROUTE_GET, "/api/v1/orders", get_orders},
	{ROUTE_POST, "/api/v1/orders", post_order},
	{ROUTE_GET, "/api/v1/orders/{id}", get_order},
	{ROUTE_POST, "/api/v1/orders/{id}/close", post_order_close},
	{ROUTE_POST, "/api/v1/orders/{id}/resume", post_order_resume},
	{ROUTE_GET, "/api/v1/packages", get_packages},
	{ROUTE_POST, "/api/v1/packages", post_package},
	{ROUTE_GET, "/api/v1/packages/{id}", get_package},
	{ROUTE_GET, "/api/v1/profiles", get_profiles},
	{ROUTE_GET, "/api/v1/profiles/{name}", get_profile},
	{ROUTE_GET, "/api/v1/stats", get_stats},
	{ROUTE_GET, "/api/v1/events", get_events},
};
const size_t api_route_count = sizeof api_routes / sizeof api_routes[0];
