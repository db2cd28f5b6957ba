#include "web/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* The send buffer bounds what the kernel keeps for a client that does not read. */
enum { LISTEN_BACKLOG = 128, SEND_BUFFER = 256 * 1024 };

/* Size of the address, 0 when the text is no address. */
static socklen_t address_parse(union address *a, const char *text, int port)
{
	memset(a, 0, sizeof *a);
	if (!strcmp(text, "localhost"))
		text = "127.0.0.1";
	if (inet_pton(AF_INET, text, &a->four.sin_addr) == 1) {
		a->four.sin_family = AF_INET;
		a->four.sin_port = htons((uint16_t)port);
		return sizeof a->four;
	}
	if (inet_pton(AF_INET6, text, &a->six.sin6_addr) == 1) {
		a->six.sin6_family = AF_INET6;
		a->six.sin6_port = htons((uint16_t)port);
		return sizeof a->six;
	}
	return 0;
}

static const char *listen_remedy(int error)
{
	switch (error) {
	case EADDRINUSE:
		return "stop the other program, or set another listen.port";
	case EACCES:
		return "choose a port above 1023";
	case EADDRNOTAVAIL:
		return "set listen.address to an address of this machine";
	default:
		return "check listen.address and listen.port";
	}
}

int listen_open(const char *address, int port, struct problem *problem)
{
	union address a;
	socklen_t size;
	char where[96];
	int fd, on = 1, send_buffer = SEND_BUFFER;

	snprintf(where, sizeof where, "listen %.60s port %d", address, port);
	if (port < 0 || port > 65535)
		return problem_set(problem, where, "choose a port from 1 to 65535",
				   "%d is not a port number", port);
	size = address_parse(&a, address, port);
	if (!size)
		return problem_set(problem, where, "give an IPv4 or IPv6 address such as 127.0.0.1",
				   "\"%.80s\" is not an address", address);
	fd = socket(a.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return problem_set(problem, where, listen_remedy(errno), "no socket: %s",
				   strerror(errno));
	/* Accepted connections inherit both. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer) ||
	    bind(fd, &a.any, size) || listen(fd, LISTEN_BACKLOG)) {
		int error = errno;

		close(fd);
		return problem_set(problem, where, listen_remedy(error), "cannot listen: %s",
				   strerror(error));
	}
	return fd;
}

int listen_port(int socket)
{
	union address a = {.any.sa_family = AF_UNSPEC};
	socklen_t size = sizeof a;

	if (getsockname(socket, &a.any, &size))
		return -1;
	return ntohs(a.any.sa_family == AF_INET6 ? a.six.sin6_port : a.four.sin_port);
}
