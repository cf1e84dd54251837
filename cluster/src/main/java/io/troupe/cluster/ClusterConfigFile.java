package io.troupe.cluster;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;

import io.troupe.metadata.MetadataConfig.Election;
import io.troupe.transport.ClusterSecret;
import io.troupe.transport.Idling;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TlsFiles;
import io.troupe.transport.TransportException;
import io.troupe.transport.UnixSockets;
import org.jspecify.annotations.Nullable;

/** Reads a {@link ClusterConfig} from a properties file, with environment variables on top. */
final class ClusterConfigFile {
    private static final String CERTIFICATE = "tls.certificate";
    private static final String KEY = "tls.key";
    private static final String TRUST = "tls.trust";

    private static final List<String> KEYS = List.of(
            "node.id",
            "cluster.name",
            "seeds",
            "data.dir",
            "listen",
            "joining",
            "secret.file",
            "hosts.shards",
            "capacity",
            "roles",
            "lease.millis",
            "election",
            "shards",
            "set.shards",
            "state.groups",
            "start.timeout.millis",
            "max.unsettled",
            "max.unsettled.bytes",
            "max.message.bytes",
            "max.spawned",
            "retry.millis",
            "rebalance.after.millis",
            "max.moves",
            "move.timeout.millis",
            "minimum.peers.quorum",
            "spin.micros",
            "idling",
            "threading.mode",
            "circuit.failures",
            "circuit.reset.millis",
            "unix.sockets",
            "unix.socket.directory",
            "dial.addresses",
            "restore.from",
            CERTIFICATE,
            KEY,
            TRUST);

    private final Properties properties = new Properties();
    private final Map<String, String> environment;
    private final List<String> errors = new ArrayList<>();

    private ClusterConfigFile(Map<String, String> environment) {
        this.environment = environment;
    }

    static ClusterConfig load(Path file, Map<String, String> environment) {
        ClusterConfigFile source = new ClusterConfigFile(environment);
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            source.properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ClusterException(
                    ClusterException.Code.BAD_CONFIG, "cannot read configuration file " + file + ": " + e, e);
        }
        return source.read(file);
    }

    private void circuitBreaker(ClusterConfig.Builder builder) {
        int[] failures = {CircuitBreaker.DEFAULT.failures()};
        Duration[] reset = {CircuitBreaker.DEFAULT.reset()};
        text("circuit.failures", count -> failures[0] = Integer.parseInt(count));
        text("circuit.reset.millis", millis -> reset[0] = Duration.ofMillis(Long.parseLong(millis)));
        builder.circuitBreaker(new CircuitBreaker(failures[0], reset[0]));
    }

    private void unixSockets(ClusterConfig.Builder builder) {
        UnixSockets.Mode[] mode = {UnixSockets.Mode.OFF};
        text("unix.sockets", name -> mode[0] = UnixSockets.Mode.valueOf(name.toUpperCase(Locale.ROOT)));
        builder.unixSockets(UnixSockets.of(mode[0]));
        text("unix.socket.directory", path -> builder.unixSockets(new UnixSockets(mode[0], Path.of(path))));
    }

    private ClusterConfig read(Path file) {
        for (String key : new TreeSet<>(properties.stringPropertyNames())) {
            if (!KEYS.contains(key)) {
                errors.add("unknown key '" + key + "' (known: " + String.join(", ", KEYS) + ")");
            }
        }
        String nodeId = value("node.id");
        if (nodeId == null) {
            errors.add("key 'node.id' is missing");
        }
        ClusterConfig.Builder builder = ClusterConfig.builder(nodeId == null ? "?" : nodeId);
        text("cluster.name", builder::clusterName);
        text(
                "seeds",
                seeds -> Arrays.stream(seeds.split(",", -1))
                        .map(String::trim)
                        .forEach(seed -> builder.addNode(NodeAddress.parse(seed))));
        text(
                "dial.addresses",
                addresses -> Arrays.stream(addresses.split(",", -1))
                        .map(String::trim)
                        .forEach(address -> builder.dialAddress(NodeAddress.parse(address))));
        text("data.dir", directory -> builder.dataDir(Path.of(directory)));
        text("restore.from", backup -> builder.restoreFrom(Path.of(backup)));
        text("listen", address -> address(address, builder::listen));
        text("secret.file", path -> builder.secret(secret(path)));
        tls(builder);
        text("joining", address -> address(address, builder::joining));
        text("hosts.shards", hosts -> builder.hostsShards(bool(hosts)));
        text("capacity", share -> builder.capacity(Double.parseDouble(share)));
        text(
                "roles",
                names -> builder.roles(
                        Arrays.stream(names.split(",", -1)).map(String::trim).toArray(String[]::new)));
        text("lease.millis", millis -> builder.lease(Duration.ofMillis(Long.parseLong(millis))));
        text("election", preset -> builder.election(Election.valueOf(preset.toUpperCase(Locale.ROOT))));
        text("shards", count -> builder.shards(Integer.parseInt(count)));
        text("set.shards", count -> builder.setShards(Integer.parseInt(count)));
        text("state.groups", count -> builder.stateGroups(Integer.parseInt(count)));
        text("start.timeout.millis", millis -> builder.startTimeout(Duration.ofMillis(Long.parseLong(millis))));
        text("max.unsettled", count -> builder.maxUnsettled(Integer.parseInt(count)));
        text("max.unsettled.bytes", bytes -> builder.maxUnsettledBytes(Long.parseLong(bytes)));
        text("max.message.bytes", bytes -> builder.maxMessageLength(Integer.parseInt(bytes)));
        text("max.spawned", count -> builder.maxSpawned(Integer.parseInt(count)));
        text("rebalance.after.millis", millis -> builder.rebalanceAfter(Duration.ofMillis(Long.parseLong(millis))));
        text("max.moves", count -> builder.maxMoves(Integer.parseInt(count)));
        text("move.timeout.millis", millis -> builder.moveTimeout(Duration.ofMillis(Long.parseLong(millis))));
        text("minimum.peers.quorum", count -> builder.minimumPeersQuorum(Integer.parseInt(count)));
        text("spin.micros", micros -> builder.spin(Duration.of(Long.parseLong(micros), ChronoUnit.MICROS)));
        text("idling", what -> builder.idling(Idling.valueOf(what.toUpperCase(Locale.ROOT))));
        text("threading.mode", what -> builder.threadingMode(ThreadingMode.valueOf(what.toUpperCase(Locale.ROOT))));
        circuitBreaker(builder);
        unixSockets(builder);
        text("retry.millis", millis -> builder.retry(Duration.ofMillis(Long.parseLong(millis))));
        if (errors.isEmpty()) {
            try {
                return builder.build();
            } catch (ClusterException e) {
                errors.add(e.getMessage());
            }
        }
        throw new ClusterException(ClusterException.Code.BAD_CONFIG, file + ": " + String.join("; ", errors));
    }

    private static void address(String text, ObjIntConsumer<String> setter) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("it must have the form host:port");
        }
        setter.accept(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    private static ClusterSecret secret(String file) {
        try {
            return ClusterSecret.ofFile(Path.of(file));
        } catch (TransportException e) {
            throw new ClusterException(ClusterException.Code.BAD_CONFIG, "key 'secret.file': " + e.getMessage(), e);
        }
    }

    private void tls(ClusterConfig.Builder builder) {
        String certificate = value(CERTIFICATE);
        String key = value(KEY);
        String trust = value(TRUST);
        if (certificate != null && key != null && trust != null) {
            builder.tls(new TlsFiles(Path.of(certificate), Path.of(key), Path.of(trust)));
        } else if (certificate != null || key != null || trust != null) {
            errors.add("keys '" + CERTIFICATE + "', '" + KEY + "' and '" + TRUST
                    + "' are all needed for TLS: give the missing ones, or none to encrypt nothing");
        }
    }

    private static boolean bool(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("it must be true or false");
        }
        return text.equals("true");
    }

    private void text(String key, Consumer<String> setter) {
        String value = value(key);
        if (value == null) {
            return;
        }
        try {
            setter.accept(value);
        } catch (ClusterException e) {
            errors.add(e.getMessage());
        } catch (IllegalArgumentException e) {
            errors.add("key '" + key + "' has value '" + value + "': " + e.getMessage());
        }
    }

    private @Nullable String value(String key) {
        String fromEnvironment =
                environment.get("TROUPE_" + key.toUpperCase(Locale.ROOT).replace('.', '_'));
        String value = fromEnvironment != null ? fromEnvironment : properties.getProperty(key);
        return value == null ? null : value.trim();
    }
}
