package io.troupe.metadata.internal.formation;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.troupe.metadata.MetadataConfig;
import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.MetadataException;
import io.troupe.metadata.MetadataException.Code;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a voter: its lock, held while the voter runs, and {@code cluster.properties}, which says whose
 * directory it is. The file is replaced as a whole: written aside, forced, renamed, and the directory forced.
 */
public final class ClusterFile implements AutoCloseable {
    private static final String FILE = "cluster.properties";
    private static final String LOCK = "lock";
    private static final String FORMAT = "1";
    private static final String PEER = "peer.";
    private static final String SEED = "seed.";
    private static final String REMOVED = "removed";
    private static final String GROUPS = "groups";
    private static final String RESTORED = "restoredFrom";
    private static final String LOGS = "logs";

    private final Path directory;
    private final FileChannel lockChannel;

    /**
     * The logs that this directory has had, by the names of their directories: none of them may be missing any more.
     */
    private final Set<String> logs = new TreeSet<>();

    private boolean removed;

    private ClusterFile(Path directory, FileChannel lockChannel) {
        this.directory = directory;
        this.lockChannel = lockChannel;
    }

    /**
     * Creates the directory if needed and locks it.
     *
     * @param directory the directory
     * @return the locked directory
     * @throws MetadataException with code BAD_DIRECTORY if it cannot be used
     */
    public static ClusterFile lock(Path directory) {
        FileChannel channel = null;
        try {
            Files.createDirectories(directory);
            channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw inUse(directory);
            }
            return new ClusterFile(directory, channel);
        } catch (OverlappingFileLockException e) {
            closeQuietly(channel);
            throw inUse(directory);
        } catch (MetadataException e) {
            closeQuietly(channel);
            throw e;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new MetadataException(
                    Code.BAD_DIRECTORY,
                    "data directory " + directory + " cannot be used (" + e
                            + "): choose one that this process may write to",
                    e);
        }
    }

    /** {@return true if a cluster was formed with it} Throws as {@link #open} if it cannot be read. */
    public boolean isFormed() {
        Path file = directory.resolve(FILE);
        return Files.exists(file) && read(file).group() != null;
    }

    /** {@return where the Raft log belongs} */
    public Path raftDirectory() {
        return directory.resolve("raft");
    }

    /** {@return where the Raft logs of the further groups belong, each in a directory of its own} */
    public Path furtherDirectory() {
        return directory.resolve("groups");
    }

    /**
     * Reads whose directory it is, and formats an empty one.
     *
     * @param config       who uses it
     * @param newStorageId the storage id of an empty directory, random
     * @param backup       the digest of the backup that a new cluster is to start from, or null
     * @return the identity, on disk
     * @throws MetadataException with code BAD_DIRECTORY if it belongs to another node or cluster, or cannot be read
     */
    public Identity open(MetadataConfig config, String newStorageId, @Nullable String backup) {
        List<Voter> seeds = Identity.seeds(config);
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            if (Files.exists(raftDirectory())) {
                throw bad("has a Raft log but no " + FILE + ": restore the file, or choose an empty directory");
            }
            Identity fresh = new Identity(
                    config.clusterName(), config.nodeId(), newStorageId, seeds, config.groups(), null, backup);
            write(fresh);
            return fresh;
        }
        Identity found = read(file);
        if (!found.clusterName().equals(config.clusterName())) {
            throw bad("belongs to cluster " + found.clusterName() + ", not to " + config.clusterName()
                    + ": set the cluster name to " + found.clusterName() + ", or choose another directory");
        }
        if (!found.nodeId().equals(config.nodeId())) {
            throw bad("belongs to node " + found.nodeId() + ", not to " + config.nodeId() + ": start it as node "
                    + found.nodeId() + ", or choose another directory");
        }
        Group group = found.group();
        if (group == null) {
            Identity asked = new Identity(
                    found.clusterName(), found.nodeId(), found.storageId(), seeds, config.groups(), null, backup);
            write(asked); // Nothing was formed with another list.
            return asked;
        }
        if (!found.seeds().equals(seeds)) {
            throw bad("was formed with the seed list " + Identity.text(found.seeds()) + ", not with "
                    + Identity.text(seeds) + ": start every node with the list the cluster was formed with");
        }
        if (found.groups() != config.groups()) {
            throw bad("was formed with " + groups(found.groups()) + ", not with " + groups(config.groups())
                    + ": start every node with groups(" + found.groups()
                    + "), because the number is fixed when a cluster is formed");
        }
        checkLogs();
        if (backup != null && !backup.equals(found.backup())) {
            throw bad("is not empty: it holds the cluster with id " + group.clusterId()
                    + ", which did not start from backup "
                    + config.restoreFrom()
                    + ": choose an empty directory on every seed to restore it into a new cluster,"
                    + " or start without restoreFrom to go on with this one");
        }
        return found;
    }

    /** A voter without its log would start as an empty one under its old name, and vote a second time. */
    private void checkLogs() {
        for (String log : logs) {
            if (!Files.exists(raftDirectory().resolve(log))
                    && !Files.exists(furtherDirectory().resolve(log))) {
                throw bad("has lost the Raft log " + log + ": put back all of the directory as it was, or remove"
                        + " this voter, empty its directory and add it again");
            }
        }
    }

    /**
     * Writes down which Raft logs there are, once they are there: {@link #open} wants to find them.
     *
     * @param identity the identity
     * @throws MetadataException with code BAD_DIRECTORY if it cannot be written
     */
    public void noteLogs(Identity identity) {
        int before = logs.size();
        addLogs(raftDirectory());
        addLogs(furtherDirectory());
        if (logs.size() > before && !removed) {
            write(identity);
        }
    }

    private void addLogs(Path of) {
        if (!Files.exists(of)) {
            return;
        }
        try (Stream<Path> found = Files.list(of)) {
            logs.addAll(found.filter(Files::isDirectory)
                    .map(log -> log.getFileName().toString())
                    .toList());
        } catch (IOException e) {
            throw bad("cannot be read (" + e + "): check its permissions");
        }
    }

    /**
     * Writes whose directory it is; forced to the disk when it returns.
     *
     * @param identity the identity
     * @throws MetadataException with code BAD_DIRECTORY if it cannot be written
     */
    public void write(Identity identity) {
        write(toMap(identity));
    }

    /**
     * Writes that the voter of this directory was removed: {@link #open} refuses it from here on.
     *
     * @param identity the identity it had
     * @throws MetadataException with code BAD_DIRECTORY if it cannot be written
     */
    public void writeRemoved(Identity identity) {
        Map<String, String> map = toMap(identity);
        map.put(REMOVED, "true");
        removed = true;
        write(map);
    }

    /**
     * {@return what a voter is told that is none any more}
     *
     * @param identity the identity it had
     */
    public static MetadataException removed(Identity identity) {
        return new MetadataException(
                Code.REMOVED_VOTER,
                "node " + identity.nodeId() + " was removed from the voters of cluster " + identity.clusterName()
                        + " with its data directory (storage id " + identity.storageId()
                        + "): to make it a voter again, start it with an empty directory and joining, and call addVoter");
    }

    private void write(Map<String, String> map) {
        if (!logs.isEmpty()) {
            map.put(LOGS, String.join(",", logs));
        }
        StringBuilder text = new StringBuilder("# Whose data this is. Written by the node, not to be edited.\n");
        map.forEach((key, value) -> text.append(line(key, value)));
        Path aside = directory.resolve(FILE + ".tmp");
        try {
            try (FileChannel out = FileChannel.open(
                    aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(aside, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel dir = FileChannel.open(directory, StandardOpenOption.READ)) {
                dir.force(true);
            }
        } catch (IOException e) {
            throw new MetadataException(
                    Code.BAD_DIRECTORY,
                    "data directory " + directory + " cannot be written (" + e + "): check space and permissions",
                    e);
        }
    }

    /** Gives the lock back. Idempotent. */
    @Override
    public void close() {
        closeQuietly(lockChannel);
    }

    private Identity read(Path file) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file)));
        } catch (IOException | IllegalArgumentException e) {
            throw bad("has an unreadable " + FILE + " (" + e + "): restore the file, or choose an empty directory");
        }
        if (!FORMAT.equals(properties.getProperty("formatVersion"))) {
            throw bad("has format version " + properties.getProperty("formatVersion") + ", this program reads " + FORMAT
                    + ": use the program that wrote it, or choose an empty directory");
        }
        String clusterId = properties.getProperty("clusterId");
        List<Member> members = new ArrayList<>();
        List<Voter> seeds = new ArrayList<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(PEER)) {
                members.add(member(key.substring(PEER.length()), properties.getProperty(key), clusterId != null));
            } else if (key.startsWith(SEED)) {
                seeds.add(member(key.substring(SEED.length()), properties.getProperty(key), false)
                        .voter());
            }
        }
        if (seeds.isEmpty()) { // Before the formation, and in files written before voters could change.
            members.forEach(member -> seeds.add(member.voter()));
        }
        seeds.sort(Comparator.comparing(Voter::nodeId));
        Group group = clusterId == null ? null : new Group(clusterId, members, number(properties, "groupVersion", "0"));
        Identity identity = new Identity(
                required(properties, "clusterName"),
                required(properties, "nodeId"),
                required(properties, "storageId"),
                seeds,
                (int) number(properties, GROUPS, "1"),
                group,
                properties.getProperty(RESTORED));
        if (properties.getProperty(REMOVED) != null) {
            throw removed(identity);
        }
        logs.addAll(Arrays.asList(properties.getProperty(LOGS, "").split(",", -1)));
        logs.remove("");
        return identity;
    }

    private long number(Properties properties, String key, String absent) {
        String text = properties.getProperty(key, absent);
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw bad("has a " + FILE + " with " + key + " " + text
                    + ", which is no number: restore the file, or choose an empty directory");
        }
    }

    private static Map<String, String> toMap(Identity identity) {
        Map<String, String> map = new TreeMap<>();
        map.put("formatVersion", FORMAT);
        map.put("clusterName", identity.clusterName());
        map.put("nodeId", identity.nodeId());
        map.put("storageId", identity.storageId());
        if (identity.groups() != 1) {
            map.put(GROUPS, Integer.toString(identity.groups()));
        }
        Group group = identity.group();
        if (group == null) {
            identity.seeds().forEach(seed -> map.put(PEER + seed.nodeId(), address(seed)));
        } else {
            map.put("clusterId", group.clusterId());
            map.put("groupVersion", Long.toString(group.version()));
            String backup = identity.backup();
            if (backup != null) {
                map.put(RESTORED, backup);
            }
            identity.seeds().forEach(seed -> map.put(SEED + seed.nodeId(), address(seed)));
            group.members().forEach(member -> map.put(PEER + member.peerId(), address(member.voter())));
        }
        return map;
    }

    /** One line in the format of {@link Properties}, without the date that it writes. */
    private static String line(String key, String value) {
        Properties one = new Properties();
        one.setProperty(key, value);
        StringWriter out = new StringWriter();
        try {
            one.store(out, null);
        } catch (IOException e) {
            throw new IllegalStateException("a string cannot fail", e);
        }
        return out.toString()
                        .lines()
                        .filter(text -> !text.startsWith("#"))
                        .findFirst()
                        .orElseThrow() + "\n";
    }

    private static String groups(int number) {
        return number == 1 ? "1 group" : number + " groups";
    }

    private static String address(Voter voter) {
        return voter.host() + ":" + voter.raftPort();
    }

    private Member member(String peer, String address, boolean formed) {
        int at = formed ? peer.lastIndexOf('@') : peer.length();
        int colon = address.lastIndexOf(':');
        try {
            Voter voter = new Voter(
                    peer.substring(0, at), address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
            return new Member(voter, formed ? peer.substring(at + 1) : "");
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw bad("has a " + FILE + " with the line " + PEER + peer + "=" + address
                    + ", which is no host:port: restore the file, or choose an empty directory");
        }
    }

    private String required(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw bad("has a " + FILE + " without " + key + ": restore the file, or choose an empty directory");
        }
        return value;
    }

    private MetadataException bad(String what) {
        return new MetadataException(Code.BAD_DIRECTORY, "data directory " + directory + " " + what);
    }

    private static MetadataException inUse(Path directory) {
        return new MetadataException(
                Code.BAD_DIRECTORY,
                "data directory " + directory
                        + " is in use by another process: stop it, or give this node its own directory");
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                // The lock goes with the process at the latest; there is nothing to do about it here.
                org.slf4j.LoggerFactory.getLogger(ClusterFile.class).debug("closing the lock", e);
            }
        }
    }
}
