#include <dirent.h>

#include "tests/unit/unit.h"

#include "kmgr/base/file.h"
#include "kmgr/base/mem.h"
#include "tests/unit/fixtures.h"

#define FILE_MAX (1 << 20)

char *
fixtures_path(const char *path)
{
	const char *srcdir = getenv("srcdir");

	return mem_printf("%s/%s", srcdir == NULL ? "." : srcdir, path);
}

void
fixtures_read(const char *path, struct buf *out)
{
	struct error err = ERR_INIT;
	char *full = fixtures_path(path);

	unit_ok(file_read(full, FILE_MAX, out, &err), &err);
	free(full);
}

static int
is_visible(const struct dirent *entry)
{

	return entry->d_name[0] != '.';
}

size_t
fixtures_each(const char *folder, void (*visit)(const char *name,
    const struct buf *text, void *arg), void *arg)
{
	char *relative = mem_printf("tests/fixtures/%s", folder), *path, *dot;
	char *full = fixtures_path(relative);
	struct dirent **entries;
	struct buf text = BUF_INIT;
	const int n = scandir(full, &entries, is_visible, alphasort);
	int i;

	if (n < 0)
		fail_msg("%s cannot be read", full);
	for (i = 0; i < n; i++) {
		path = mem_printf("%s/%s", relative, entries[i]->d_name);
		fixtures_read(path, &text);
		if ((dot = strrchr(entries[i]->d_name, '.')) != NULL)
			*dot = '\0';
		visit(entries[i]->d_name, &text, arg);
		buf_free(&text);
		free(path);
		free(entries[i]);
	}
	free(entries);
	free(full);
	free(relative);
	return (size_t)n;
}

bool
fixtures_says(const struct buf *text, const char *key, size_t i,
    char out[static 256])
{
	char *head = mem_printf("%s: ", key);
	const char *p = buf_text(text);
	size_t n;

	while ((p = strstr(p, head)) != NULL) {
		p += strlen(head);
		if (i-- == 0)
			break;
	}
	free(head);
	if (p == NULL)
		return false;
	n = strcspn(p, "\n");
	assert_true(n < 256);
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

char *
fixtures_ssh_key(size_t i, char **print)
{
	struct buf text = BUF_INIT;
	char *rest, *line, *word, *key = NULL;

	fixtures_read("tests/fixtures/ssh-keys", &text);
	rest = (char *)text.data;
	while (key == NULL && (line = strsep(&rest, "\n")) != NULL) {
		word = strsep(&line, " ");
		if (word[0] == '#' || word[0] == '\0' || i-- > 0)
			continue;
		key = mem_strdup(line);
		if (print != NULL)
			*print = mem_strdup(word);
	}
	buf_free(&text);
	return key;
}
