#include "tests/lib/sample_pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 48

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "sample_pack: %s: %s\n", what, why);
	exit(1);
}

int sample_run(const char *program, const char *const *args, char *said, size_t size)
{
	const char *argv[ARGUMENTS_MAX];
	char path[512];
	size_t have = 0, n = 0;
	int ends[2], status;
	ssize_t got;
	pid_t pid;

	snprintf(path, sizeof path, BUILD_DIR "/%s", program);
	argv[n++] = path;
	for (; *args && n < ARGUMENTS_MAX - 1; args++)
		argv[n++] = *args;
	argv[n] = NULL;
	if (pipe(ends) || (pid = fork()) < 0)
		die(program, "cannot be started");
	if (!pid) {
		dup2(ends[1], 1);
		dup2(ends[1], 2);
		close(ends[0]);
		execv(path, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	while (have + 1 < size && (got = read(ends[0], said + have, size - 1 - have)) > 0)
		have += (size_t)got;
	said[have] = '\0';
	close(ends[0]);
	if (waitpid(pid, &status, 0) != pid)
		die(program, "is lost");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void sample_pack_make(struct sample_pack *p, const char *dir, const char *const *args)
{
	const char *all[ARGUMENTS_MAX] = {"--out", dir};
	struct problem problem = {0};
	char said[2048];
	size_t n = 2;

	memset(p, 0, sizeof *p);
	snprintf(p->dir, sizeof p->dir, "%s", dir);
	for (; *args && n < ARGUMENTS_MAX - 1; args++)
		all[n++] = *args;
	if (sample_run("flashrack-sample", all, said, sizeof said))
		die("flashrack-sample", said);
	if (folder_open(&p->folder, dir, NULL, NULL, &problem))
		die(dir, problem.why);
	snprintf(p->layout, sizeof p->layout, "%s/%.200s", dir, p->folder.scatter_name);
	if (package_open(&p->package, p->folder.name, p->folder.scatter_name, folder_da(&p->folder),
			 &p->folder.source, &problem) ||
	    package_hash(&p->package, NULL, NULL, &problem))
		die(p->layout, problem.why);
	package_check(&p->package, &p->rules);
}

void sample_pack_free(struct sample_pack *p)
{
	package_close(&p->package);
	folder_close(&p->folder);
}

static int witness(const struct sample_pack *p, const char *verb, const char *device, char *said,
		   size_t size)
{
	const char *args[] = {verb, "--package", p->dir, "--device", device, NULL};

	return sample_run("flashrack-sample", args, said, size);
}

bool sample_pack_held(const struct sample_pack *p, const char *device, char *said, size_t size)
{
	return witness(p, "verify", device, said, size) == 0;
}

bool sample_pack_identity(const struct sample_pack *p, const char *device, char *said, size_t size)
{
	return witness(p, "identity", device, said, size) == 0;
}
