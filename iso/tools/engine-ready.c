/*
 * engine-ready SOCKET SECONDS: returns 0 as soon as the Docker engine answers `GET /_ping` on its
 * Unix socket with 200, and 1 when it did not within SECONDS.
 *
 * The engine listens before it serves, so one connection usually waits in the backlog and is
 * answered at the very moment the engine is ready; only a missing socket is polled for.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define POLL_INTERVAL_NS 20000000L

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One attempt: 1 when the engine answered 200 before the deadline, else 0. */
static int ping(const char *path, double deadline)
{
	static const char request[] = "GET /_ping HTTP/1.0\r\nHost: engine\r\n\r\n";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char answer[64] = "";
	double left = deadline - now();
	int s, ready = 0;

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s < 0)
		return 0;
	if (connect(s, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    send(s, request, sizeof(request) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(request) - 1) {
		struct pollfd p = {.fd = s, .events = POLLIN};

		if (left > 0 && poll(&p, 1, (int)(left * 1000)) == 1 && read(s, answer, sizeof(answer) - 1) > 0)
			ready = strncmp(answer, "HTTP/1.", 7) == 0 && strncmp(answer + 8, " 200", 4) == 0;
	}
	close(s);
	return ready;
}

int main(int argc, char **argv)
{
	const struct timespec interval = {0, POLL_INTERVAL_NS};
	double deadline;

	if (argc != 3) {
		fprintf(stderr, "usage: engine-ready SOCKET SECONDS\n");
		return 2;
	}
	for (deadline = now() + atof(argv[2]); now() < deadline; nanosleep(&interval, NULL))
		if (ping(argv[1], deadline))
			return 0;
	return 1;
}
