package io.auspex.platform;

import io.auspex.platform.Commands.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * As whom PostgreSQL runs. It refuses to run as root, so root hands it to somebody who is not;
 * which way works depends on the machine and on who owns the folders above the data:
 *
 * <ol>
 *   <li>{@code unshare --user}: root outside, nobody inside, and no capability in either. Files
 *       stay root's, so no other process of nobody's can read them. Fails where user namespaces are
 *       forbidden (most containers), and below a home folder that only its owner may enter.
 *   <li>{@code setpriv}: nobody, with the one capability to pass the folders above its data
 *       (CAP_DAC_OVERRIDE). Without NO_SETUID_FIXUP the access(2) checks of initdb would ignore it.
 * </ol>
 *
 * Every way is tried on the real folders before it is chosen.
 *
 * @param prefix words before the command; none for an ordinary user
 * @param uid who owns the cluster's files
 * @param gid their group
 */
record PostgresAccount(List<String> prefix, int uid, int gid) {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    PostgresAccount {
        prefix = List.copyOf(prefix);
    }

    /**
     * The account that can write {@code folder} and run {@code program}.
     *
     * @throws LaunchException when this process is root and nothing works
     */
    static PostgresAccount choose(Path folder, Path program) throws IOException {
        int self = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (self != 0) {
            int group = (int) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
            return new PostgresAccount(List.of(), self, group);
        }
        List<String> refusals = new ArrayList<>();
        for (PostgresAccount account : forRoot()) {
            Outcome outcome = account.probe(folder, program);
            if (outcome.succeeded()) {
                return account;
            }
            refusals.add(account.prefix.getFirst() + ": " + outcome.output());
        }
        throw new LaunchException(
                "PostgreSQL refuses to run as root, and running it as somebody else did not work"
                        + " here ("
                        + String.join("; ", refusals)
                        + "). Run Auspex as an ordinary user, or give the address of a PostgreSQL"
                        + " with --database.url=postgresql://host:5432/name.");
    }

    /** The command line that runs a program as this account. */
    List<String> command(List<String> program) {
        return Stream.concat(prefix.stream(), program.stream()).toList();
    }

    /** Makes the account the owner of everything in a folder; the folder itself comes last. */
    void own(Path folder) throws IOException {
        if (prefix.isEmpty() || uid == (int) Files.getAttribute(folder, "unix:uid")) {
            return;
        }
        List<Path> paths;
        try (var walk = Files.walk(folder)) {
            paths = walk.toList();
        }
        for (Path path : paths.reversed()) {
            Files.setAttribute(path, "unix:uid", uid, LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(path, "unix:gid", gid, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private Outcome probe(Path folder, Path program) throws IOException {
        Path test = Files.createTempDirectory(folder, "account-");
        try {
            own(test);
            return Commands.run(
                    TIMEOUT,
                    command(
                            List.of(
                                    "/bin/sh",
                                    "-c",
                                    ": > \"$1/file\" && \"$2\" --version",
                                    "sh",
                                    test.toString(),
                                    program.toString())));
        } finally {
            Commands.deleteRecursively(test);
        }
    }

    private static List<PostgresAccount> forRoot() {
        List<PostgresAccount> accounts = new ArrayList<>();
        accounts.add(new PostgresAccount(List.of("unshare", "--user"), 0, 0));
        Outcome user = Commands.run(TIMEOUT, List.of("id", "-u", "nobody"));
        Outcome group = Commands.run(TIMEOUT, List.of("id", "-g", "nobody"));
        if (user.succeeded() && group.succeeded()) {
            accounts.add(
                    new PostgresAccount(
                            List.of(
                                    "setpriv",
                                    "--reuid=" + user.output(),
                                    "--regid=" + group.output(),
                                    "--clear-groups",
                                    "--inh-caps=+dac_override",
                                    "--ambient-caps=+dac_override",
                                    "--securebits=+no_setuid_fixup"),
                            Integer.parseInt(user.output()),
                            Integer.parseInt(group.output())));
        }
        return accounts;
    }
}
