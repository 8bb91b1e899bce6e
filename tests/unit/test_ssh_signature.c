/* kmgr/engine/ssh_signature.c, ssh_armor.c: on keys that OpenSSH makes */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kmgr/base/file.h"
#include "kmgr/base/process.h"
#include "kmgr/base/when.h"
#include "kmgr/engine/ssh_armor.h"
#include "kmgr/engine/ssh_signature.h"

#define NS   "kmgr-plan"
#define TEXT "approve this\0 and this\n"
#define TEXT_LEN (sizeof(TEXT) - 1)

int __real_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err);
int __wrap_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err);

/* A folder with keys, and what is said of the signature made last. */
static struct {
	char	 dir[64];
	bool	 no_program;		/* as if OpenSSH were not there */
	int64_t	 at;
	struct ssh_signer by;
} t;

int
__wrap_process_run(const struct process *spec, struct buf *out,
    int *exit_status, struct error *err)
{

	if (!t.no_program)
		return __real_process_run(spec, out, exit_status, err);
	*exit_status = -1;
	(void)err_set(err, ERR_SYSTEM, "no program %s", spec->argv[0]);
	err->code = ENOENT;
	return -1;
}

static void __attribute__((format(printf, 1, 2)))
sh(const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	n = snprintf(line, sizeof(line), "exec 2>&1 >>%s/log; set -e; cd %s; ",
	    t.dir, t.dir);
	va_start(ap, fmt);
	(void)vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	if (system(line) != 0)
		fail_msg("failed: %s", line);
}

/* The content of a file without its final newline. Owner: the caller. */
static char *
slurp(const char *name)
{
	struct error err = ERR_INIT;
	struct buf buf = BUF_INIT;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", t.dir, name);
	unit_ok(file_read(path, 65536, &buf, &err), &err);
	if (buf.len > 0 && buf.data[buf.len - 1] == '\n')
		buf.data[--buf.len] = '\0';
	return buf_take(&buf);
}

/* Keys of four people, and TEXT to be signed. */
static int
setup(void **state)
{
	struct error err = ERR_INIT;
	char path[128];

	(void)state;
	(void)strcpy(t.dir, "/tmp/test_ssh.XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	(void)snprintf(path, sizeof(path), "%s/text", t.dir);
	unit_ok(file_write(path, 0600, TEXT, TEXT_LEN, &err), &err);
	(void)snprintf(path, sizeof(path), "%s/tmp", t.dir);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)setenv("TMPDIR", path, 1);
	(void)setenv("TZ", "UTC", 1);
	(void)unsetenv("SSH_AUTH_SOCK");
	unit_ok(when_read("2026-11-22T10:00:00Z", 0, &t.at, &err), &err);
	sh("for k in alice bob eve ca; do ssh-keygen -q -t ed25519 -N '' "
	    "-C \"$k at example\" -f $k; done");
	return 0;
}

static int
teardown(void **state)
{

	(void)state;
	ssh_signer_clear(&t.by);
	sh("cd /; rm -rf '%s'", t.dir);
	return 0;
}

/* No file of a verification may stay behind. */
static void
check_clean(void)
{
	DIR *dir = opendir(getenv("TMPDIR"));
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			fail_msg("%s was left behind", entry->d_name);
	(void)closedir(dir);
}

/* Verify with alice and bob as approvers and ca as authority. */
static int
verify_signature(const char *signature, const void *text, size_t len,
    struct error *err)
{
	char *alice = slurp("alice.pub"), *bob = slurp("bob.pub");
	char *ca = slurp("ca.pub");
	const char *const approvers[] = { alice, bob };
	const char *const authorities[] = { ca };
	const struct ssh_signers signers = {
		approvers, 2, authorities, 1, t.at, SSH_APPROVER
	};
	int rc;

	ssh_signer_clear(&t.by);
	rc = ssh_signature_verify(NS, text, len, signature, &signers, &t.by,
	    err);
	assert_int_equal(rc == 0, t.by.who != NULL);
	assert_int_equal(rc == 0, t.by.fingerprint != NULL);
	check_clean();
	free(alice);
	free(bob);
	free(ca);
	return rc;
}

static int
verify_file(const char *name, struct error *err)
{
	char *signature = slurp(name);
	int rc = verify_signature(signature, TEXT, TEXT_LEN, err);

	free(signature);
	return rc;
}

/* Sign the text with KEY, whose certificate goes along if NAME is that. */
static void
sign(const char *name)
{

	sh("rm -f text.sig; ssh-keygen -q -Y sign -n " NS " -f %s text", name);
}

/* The signature made last is by this one; key is a file's name. */
static void
is_by(const char *who, const char *key)
{
	struct error err = ERR_INIT;
	char *fingerprint;

	unit_ok(verify_file("text.sig", &err), &err);
	sh("ssh-keygen -l -f %s.pub | cut -d ' ' -f 2 >fingerprint", key);
	fingerprint = slurp("fingerprint");
	assert_string_equal(t.by.fingerprint, fingerprint);
	assert_string_equal(t.by.who, who == NULL ? fingerprint : who);
	free(fingerprint);
}

static void
is_refused(enum err_class class, const char *part)
{
	struct error err = ERR_INIT;
	const int rc = verify_file("text.sig", &err);

	assert_string_not_equal(err.hint, "");
	unit_fails(rc, &err, class, part);
}

static void
every_kind_of_key(void **state)
{
	static const char *const kinds[] = { "ed25519", "ecdsa -b 256",
		"ecdsa -b 384", "ecdsa -b 521", "rsa -b 2048" };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(kinds); i++) {
		sh("rm -f bob*; ssh-keygen -q -t %s -N '' -C 'Bob B.' -f bob",
		    kinds[i]);
		sign("bob");
		is_by("Bob B.", "bob");
	}
	sign("alice");
	is_by("alice at example", "alice");
	/* Who has no name is called by the fingerprint. */
	sh("rm alice*; ssh-keygen -q -t ed25519 -N '' -C '' -f alice");
	sign("alice");
	is_by(NULL, "alice");
}

/* Let ca certify eve's key; the signature is made with that certificate. */
static void
certify(const char *options)
{

	sh("rm -f eve-cert.pub; ssh-keygen -q -s ca %s eve.pub", options);
	sign("eve-cert.pub");
}

#define VALID "-V 20260101:20270101 "

static void
certificates(void **state)
{
	static const char *const kinds[] = { "ecdsa -b 256", "ecdsa -b 521",
		"rsa -b 2048", "ed25519" };
	size_t i;

	(void)state;
	for (i = 0; i < N_OF(kinds); i++) {
		sh("rm -f eve*; ssh-keygen -q -t %s -N '' -C eve -f eve",
		    kinds[i]);
		certify(VALID "-I 'Eve E.' -n root,kmgr-approver");
		is_by("Eve E.", "eve");
	}
	/* One person has one fingerprint, with certificate and without. */
	sh("cp eve.pub bob.pub");
	sign("eve");
	is_by("eve", "eve");
	assert_null(t.by.certified);
}

/* One person is one voice, with however many keys. */
static void
voices(void **state)
{
	struct ssh_signer bare, first, second;

	(void)state;
	certify(VALID "-I 'Eve E.' -n kmgr-approver");
	is_by("Eve E.", "eve");
	first = t.by;
	t.by = (struct ssh_signer) { 0 };
	assert_string_equal(first.certified, "Eve E.");
	/* Her key without the certificate, which is bob's. */
	sh("cp eve.pub bob.pub");
	sign("eve");
	is_by("eve at example", "eve");
	bare = t.by;
	t.by = (struct ssh_signer) { 0 };
	sh("rm -f eve*; ssh-keygen -q -t ed25519 -N '' -C eve -f eve");
	certify(VALID "-I 'Eve E.' -n kmgr-approver");
	is_by("Eve E.", "eve");
	second = t.by;
	t.by = (struct ssh_signer) { 0 };
	assert_string_not_equal(first.fingerprint, second.fingerprint);
	assert_true(ssh_signer_is_same(&first, &second));
	assert_true(ssh_signer_is_same(&first, &bare));
	assert_false(ssh_signer_is_same(&bare, &second));
	certify(VALID "-I 'Eve F.' -n kmgr-approver");
	is_by("Eve F.", "eve");
	assert_false(ssh_signer_is_same(&first, &t.by));
	ssh_signer_clear(&bare);
	ssh_signer_clear(&first);
	ssh_signer_clear(&second);
	/* Who is nobody has no voice. */
	certify(VALID "-I '' -n kmgr-approver");
	is_refused(ERR_POLICY, "names nobody");
	certify(VALID "-I \"$(printf 'a\\nb')\" -n kmgr-approver");
	is_refused(ERR_POLICY, "names nobody");
}

static void
bad_certificates(void **state)
{

	(void)state;
	certify("-V 20250101:20260101 -I e -n kmgr-approver");
	is_refused(ERR_POLICY, "certificate \"e\" of key SHA256:");
	is_refused(ERR_POLICY, "Certificate invalid: expired");
	certify("-V 20270101:20280101 -I e -n kmgr-approver");
	is_refused(ERR_POLICY, "Certificate invalid: not yet valid");
	certify(VALID "-I e -n root");
	is_refused(ERR_POLICY, "name is not a listed principal");
	certify(VALID "-I e -n kmgr-approvers,'kmgr-*','*',0,1");
	is_refused(ERR_POLICY, "name is not a listed principal");
	certify(VALID "-I e");
	is_refused(ERR_POLICY, "Certificate lacks principal list");
	certify(VALID "-I e -h -n kmgr-approver");
	is_refused(ERR_POLICY, "not a user certificate");
	sh("mv ca ours; mv ca.pub ours.pub; cp eve ca; cp eve.pub ca.pub");
	certify(VALID "-I e -n kmgr-approver");
	sh("mv ours ca; mv ours.pub ca.pub");
	is_refused(ERR_POLICY, "SSH signature: certificate \"e\" of key ");
	is_refused(ERR_POLICY, ": its authority is not listed");
}

/* The instant counts that the caller names, not the machine's. */
static void
valid_at(void **state)
{
	struct error err = ERR_INIT;

	(void)state;
	certify("-V 20300101100000:20300101110000 -I e -n kmgr-approver");
	is_refused(ERR_POLICY, "not yet valid");
	unit_ok(when_read("2030-01-01T10:30:00Z", 0, &t.at, &err), &err);
	is_by("e", "eve");
	unit_ok(when_read("2030-01-01T11:00:01Z", 0, &t.at, &err), &err);
	is_refused(ERR_POLICY, "expired");
}

static void
by_somebody_else(void **state)
{

	(void)state;
	sign("eve");
	is_refused(ERR_POLICY, "SSH signature: key SHA256:");
	is_refused(ERR_POLICY, "is not an approver's");
	/* An authority may certify, not approve; an approver not certify. */
	sign("ca");
	is_refused(ERR_POLICY, "is not an approver's");
	sh("cp ca ours; cp ca.pub ours.pub; cp alice ca; cp alice.pub ca.pub");
	certify(VALID "-I e -n kmgr-approver");
	sh("cp ours ca; cp ours.pub ca.pub");
	is_refused(ERR_POLICY, "its authority is not listed");
	/* The key is an approver's, but this is not how he is to use it. */
	sh("cp alice eve; cp alice.pub eve.pub; cp bob ca; cp bob.pub ca.pub");
	certify(VALID "-I e -n kmgr-approver");
	sh("cp ours ca; cp ours.pub ca.pub");
	is_refused(ERR_POLICY, "its authority is not listed");
}

/* Requesters ask with their keys; a certificate does not make one. */
static void
by_a_requester(void **state)
{
	char *alice = slurp("alice.pub"), *bob = slurp("bob.pub"), *signature;
	const char *const keys[] = { alice, bob };
	const struct ssh_signers signers = { keys, 2, NULL, 0, t.at,
		SSH_REQUESTER };
	struct error err = ERR_INIT;

	(void)state;
	sign("bob");
	signature = slurp("text.sig");
	unit_ok(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature, &signers,
	    &t.by, &err), &err);
	assert_string_equal(t.by.who, "bob at example");
	ssh_signer_clear(&t.by);
	free(signature);
	sign("eve");
	signature = slurp("text.sig");
	unit_fails(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature,
	    &signers, &t.by, &err), &err, ERR_POLICY, "is not a requester's");
	free(signature);
	sh("ssh-keygen -q -s bob " VALID "-I eve -n kmgr-approver eve.pub");
	sign("eve-cert.pub");
	signature = slurp("text.sig");
	unit_fails(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature,
	    &signers, &t.by, &err), &err, ERR_POLICY,
	    "a requester signs with the key itself");
	free(signature);
	free(alice);
	free(bob);
}

static void
of_something_else(void **state)
{
	struct error err = ERR_INIT;
	char *big = calloc(1, SSH_TEXT_MAX + 1);
	char *signature;

	(void)state;
	sh("rm -f text.sig; ssh-keygen -q -Y sign -n file -f alice text");
	is_refused(ERR_INPUT, "namespace \"file\", not for \"kmgr-plan\"");
	sign("alice");
	signature = slurp("text.sig");
	unit_fails(verify_signature(signature, TEXT, TEXT_LEN - 1, &err),
	    &err, ERR_INPUT, "does not belong to this text");
	unit_fails(verify_signature(signature, "", 0, &err), &err, ERR_INPUT,
	    "does not belong to this text");
	unit_fails(verify_signature(signature, big, SSH_TEXT_MAX, &err), &err,
	    ERR_INPUT, "does not belong to this text");
	unit_fails(verify_signature(signature, big, SSH_TEXT_MAX + 1, &err),
	    &err, ERR_INPUT, "the text is longer than 8388608 bytes");
	unit_ok(verify_signature(signature, TEXT, TEXT_LEN, &err), &err);
	free(signature);
	/* As much as there may be, and nothing. */
	sh("head -c 8388608 /dev/zero >text");
	sign("alice");
	signature = slurp("text.sig");
	unit_ok(verify_signature(signature, big, SSH_TEXT_MAX, &err), &err);
	free(signature);
	sh(": >text");
	sign("alice");
	signature = slurp("text.sig");
	unit_ok(verify_signature(signature, "", 0, &err), &err);
	free(signature);
	free(big);
}

static void
armour_fails(const char *text, const char *part)
{
	struct error err = ERR_INIT;
	const int rc = verify_signature(text, TEXT, TEXT_LEN, &err);

	assert_non_null(strstr(err.hint, "ssh-keygen -Y sign -n kmgr-plan"));
	unit_fails(rc, &err, ERR_INPUT, part);
}

static void
bad_armour(void **state)
{
#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END   "\n-----END SSH SIGNATURE-----\n"
	char *big = malloc(SSH_ARMOR_MAX + 2);

	(void)state;
	armour_fails("", "does not stand between");
	armour_fails("U1NIU0lHAAAAAQ==", "does not stand between");
	armour_fails(BEGIN, "does not stand between");
	armour_fails(END, "does not stand between");
	armour_fails(END BEGIN, "does not stand between");
	armour_fails("x" BEGIN END, "does not stand between");
	armour_fails(BEGIN END "x", "does not stand between");
	armour_fails("-----BEGIN SSH SIGNATURE-----END SSH SIGNATURE-----",
	    "");
	armour_fails(BEGIN END, "does not begin with SSHSIG");
	armour_fails(BEGIN "*" END, "not base64");
	armour_fails(BEGIN "U1NIU0lI" END, "does not begin with SSHSIG");
	armour_fails(BEGIN "U1NIU0lHAAAAAg==" END, "version 2, not of 1");
	armour_fails(BEGIN "U1NIU0lHAAAAAQ==" END, "cut or has a tail");
	armour_fails(BEGIN "U1NIU0lHAAAAAf////8=" END, "cut or has a tail");
	/* Five empty strings, and then one byte more. */
	armour_fails(BEGIN "U1NIU0lHAAAAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
	    END, "cut or has a tail");
	memset(big, ' ', SSH_ARMOR_MAX + 1);
	big[SSH_ARMOR_MAX + 1] = '\0';
	armour_fails(big, "longer than 16384 bytes");
	free(big);
}

/* Mail and editors change line ends and add lines. */
static void
other_line_ends(void **state)
{

	(void)state;
	sign("alice");
	sh("{ echo; sed 's/$/\r/' text.sig; echo ' '; } >x; mv x text.sig");
	is_by("alice at example", "alice");
	sign("alice");
	sh("truncate -s -1 text.sig");
	is_by("alice at example", "alice");
}

/* No bit of a signature can change (every fifth character of it). */
static void
every_bit_counts(void **state)
{
	struct error err = ERR_INIT;
	char *signature;
	size_t i;

	(void)state;
	certify(VALID "-I e -n kmgr-approver");
	signature = slurp("text.sig");
	unit_ok(verify_signature(signature, TEXT, TEXT_LEN, &err), &err);
	for (i = strlen(BEGIN); i < strlen(signature) - strlen(END); i += 5) {
		const char before = signature[i];

		if (before == '\n')
			continue;
		signature[i] = before == 'A' ? 'B' : 'A';
		assert_int_equal(verify_signature(signature, TEXT, TEXT_LEN,
		    &err), -1);
		assert_true(err.class == ERR_INPUT ||
		    err.class == ERR_POLICY);
		err_clear(&err);
		signature[i] = before;
	}
	assert_true(i > 300);
	unit_ok(verify_signature(signature, TEXT, TEXT_LEN, &err), &err);
	free(signature);
}

static void
bad_signers(void **state)
{
	/* What stands before and behind the base64 of alice's key. */
	static const char *const bad[][2] = {
		{ "", "" }, { "ssh-ed25519", "" }, { "ssh-ed25519 x", "" },
		{ "ssh-ed25519 ", "A" }, { "ssh-rsa ", "" },
		{ "no-touch-required ssh-ed25519 ", "" },
		{ "ssh-ed25519 ", " a\nb" }, { "ssh-ed25519\t", "" },
		{ "\"ssh-ed25519\" ", "" },
		{ "# ssh-ed25519 ", "" }, { "ssh-ed25519 ", " \xff" },
	};
	char *alice = slurp("alice.pub"), *base64 = strdup(alice + 12), *cert;
	char line[512], *signature;
	struct error err = ERR_INIT;
	const char *const lines[] = { alice, line };
	struct ssh_signers signers = { lines, 2, NULL, 0, t.at, SSH_APPROVER };
	size_t i;

	(void)state;
	sign("alice");
	signature = slurp("text.sig");
	base64[strcspn(base64, " ")] = '\0';
	for (i = 0; i < N_OF(bad); i++) {
		(void)snprintf(line, sizeof(line), "%s%s%s", bad[i][0],
		    i < 3 ? "" : base64, bad[i][1]);
		unit_fails(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature,
		    &signers, &t.by, &err), &err, ERR_POLICY,
		    "approver 2: ");
		check_clean();
	}
	certify(VALID "-I e -n kmgr-approver");
	cert = slurp("eve-cert.pub");
	(void)snprintf(line, sizeof(line), "%.511s", cert);
	signers = (struct ssh_signers){ lines, 1, &lines[1], 1, t.at,
	    SSH_APPROVER };
	unit_fails(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature,
	    &signers, &t.by, &err), &err, ERR_POLICY,
	    "authority 1: ");
	/* Nobody at all. */
	signers = (struct ssh_signers){ .at = t.at };
	unit_fails(ssh_signature_verify(NS, TEXT, TEXT_LEN, signature,
	    &signers, &t.by, &err), &err, ERR_POLICY,
	    "is not an approver's");
	free(cert);
	free(base64);
	free(alice);
	free(signature);
}

static void
where_nothing_can_be_verified(void **state)
{
	const struct ssh_signers nobody = { .at = t.at };
	struct error err = ERR_INIT;
	char *signature;
	int rc;

	(void)state;
	sign("alice");
	t.no_program = true;
	rc = verify_file("text.sig", &err);
	t.no_program = false;
	assert_non_null(strstr(err.hint, "apt install openssh-client"));
	unit_fails(rc, &err, ERR_SYSTEM, "ssh-keygen");
	(void)setenv("TMPDIR", "/proc/nowhere", 1);
	signature = slurp("text.sig");
	rc = ssh_signature_verify(NS, TEXT, TEXT_LEN, signature, &nobody,
	    &t.by, &err);
	free(signature);
	unit_fails(rc, &err, ERR_SYSTEM, "make folder /proc/nowhere/kmgr");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_of_key),
		TEST(certificates),
		TEST(voices),
		TEST(bad_certificates),
		TEST(valid_at),
		TEST(by_somebody_else),
		TEST(by_a_requester),
		TEST(of_something_else),
		TEST(bad_armour),
		TEST(other_line_ends),
		TEST(every_bit_counts),
		TEST(bad_signers),
		TEST(where_nothing_can_be_verified),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
