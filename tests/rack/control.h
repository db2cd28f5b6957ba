/* control: the client side of "flashrack-rack ctl". */
#ifndef RACK_CONTROL_H
#define RACK_CONTROL_H

#include "engine/base/problem.h"
#include "tests/rack/options.h"

/* Sends the request to the rack on that state directory, prints its answer. 0, or -1 with problem.
 */
int control_request(const struct ctl_request *request, struct problem *problem);

#endif
