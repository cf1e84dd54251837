package io.troupe.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.troupe.actors.ClusterActorSystem;
import io.troupe.actors.Kind;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.ClusterConfig;
import io.troupe.cluster.ClusterException;
import io.troupe.cluster.ShutdownReport;
import io.troupe.demo.users.Users;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.transport.kryo.MessageRegistry;
import org.jspecify.annotations.Nullable;

/**
 * A node of the demo as a process of its own. It runs until its standard input ends, which is how it notices that its
 * launcher is gone, even when that was killed. Exit codes: 0 stopped, 1 broken, 2 refused its configuration.
 */
public final class NodeMain {
    /** Of all that the demo runs: the same on every node. */
    static final MessageRegistry MESSAGES = messages();

    private static final long STATUS_NANOS = 20_000_000;
    /** How long a node may take to hand over and leave. */
    private static final Duration LEAVES = Duration.ofSeconds(45);

    private static final int BROKEN = 1;
    private static final int REFUSED = 2;

    private NodeMain() {}

    private static MessageRegistry messages() {
        MessageRegistry.Builder messages = MessageRegistry.builder();
        Account.register(messages);
        Bank.register(messages);
        Users.register(messages);
        return messages.build();
    }

    /**
     * Runs a node.
     *
     * @param arguments the configuration file, and optionally a directory to delete at the end
     */
    public static void main(String... arguments) {
        if (arguments.length < 1 || arguments.length > 2) {
            refuse("usage: NodeMain CONFIG_FILE [TEMPORARY_DIRECTORY]");
        }
        Path temporary = arguments.length == 2 ? Path.of(arguments[1]) : null;
        CompletableFuture<ClusterActorSystem> node = new CompletableFuture<>();
        Thread watch = new Thread(() -> endWithLauncher(temporary, node), "troupe-demo-launcher-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            ClusterConfig config = ClusterConfig.load(Path.of(arguments[0]));
            ClusterActorSystem system =
                    ClusterActorSystem.start(config, MESSAGES, kinds()).join();
            node.complete(system);
            say(StatusLine.READY);
            tellStatus(system);
        } catch (ClusterException refused) {
            refuse(String.valueOf(refused.getMessage()));
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof ClusterException refused) {
                refuse(String.valueOf(refused.getMessage()));
            }
            throw failed;
        }
    }

    private static Kind<?>[] kinds() {
        return Stream.concat(
                        Stream.of(Account.CUSTOMER, Account.STOCK, Bank.ACCOUNT, Bank.TRANSFER.kind()),
                        Stream.of(Users.kinds()))
                .toArray(Kind<?>[]::new);
    }

    /** Never returns: the process lives as long as its launcher wants it. */
    private static void tellStatus(ClusterActorSystem system) {
        Cluster cluster = system.cluster();
        StatusLine told = StatusLine.NONE;
        while (true) {
            Leader leader = cluster.leader().orElse(new Leader(StatusLine.NONE.leader(), 0));
            StatusLine status =
                    new StatusLine(leader.nodeId(), leader.term(), cluster.activeShards(), system.activeEntities());
            if (!status.equals(told)) {
                say(status.format());
                told = status;
            }
            LockSupport.parkNanos(STATUS_NANOS);
        }
    }

    private static void endWithLauncher(@Nullable Path temporary, CompletableFuture<ClusterActorSystem> node) {
        try {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(NodeProcess.LEAVE)) {
                    leave(node.join());
                }
            }
            if (temporary != null) {
                TemporaryTree.delete(temporary);
            }
            Runtime.getRuntime().halt(0);
        } catch (IOException leftBehind) {
            System.err.println("cannot clean up: " + leftBehind);
            Runtime.getRuntime().halt(BROKEN);
        }
    }

    private static void leave(ClusterActorSystem system) {
        ShutdownReport report = system.stop(LEAVES).join();
        if (!report.complete()) {
            System.err.println("not everything was handed over: " + report);
        }
        Runtime.getRuntime().halt(report.complete() ? 0 : BROKEN);
    }

    private static void refuse(String why) {
        say(StatusLine.FAILED + why.replace('\n', ' '));
        System.err.println(why);
        System.exit(REFUSED);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
