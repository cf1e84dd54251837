package io.troupe.metadata.internal.formation;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataConfig.Voter;
import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.formation.Identity.Group;
import io.troupe.metadata.internal.formation.Identity.Member;

/** An {@link Identity} and its bytes, as voters tell each other. */
public final class IdentityCodec {
    /** Of a voter with a single group; it says nothing of their number. */
    private static final int SINGLE_VERSION = 3;

    /** Of a voter with several groups. */
    private static final int VERSION = 5;

    private static final int LEAST_VOTER = 3;

    private IdentityCodec() {}

    /**
     * Writes an identity.
     *
     * @param to       the writer
     * @param identity the identity
     */
    public static void write(ByteWriter to, Identity identity) {
        to.writeByte(identity.groups() == 1 ? SINGLE_VERSION : VERSION);
        if (identity.groups() != 1) {
            to.writeVarInt(identity.groups());
            to.writeByte(identity.whole() ? 1 : 0);
        }
        to.writeString(identity.clusterName());
        to.writeString(identity.nodeId());
        to.writeString(identity.storageId());
        to.writeVarInt(identity.seeds().size());
        identity.seeds().forEach(seed -> writeVoter(to, seed));
        String backup = identity.backup();
        to.writeString(backup == null ? "" : backup);
        Group group = identity.group();
        to.writeByte(group == null ? 0 : 1);
        if (group != null) {
            to.writeString(group.clusterId());
            to.writeVarLong(group.version());
            to.writeVarInt(group.members().size());
            group.members().forEach(member -> {
                writeVoter(to, member.voter());
                to.writeString(member.storageId());
            });
        }
    }

    /**
     * Reads an identity.
     *
     * @param from the reader
     * @return the identity
     * @throws io.troupe.metadata.internal.codec.CodecException if the bytes are none
     */
    public static Identity read(ByteReader from) {
        int version = from.readByte();
        if (version != SINGLE_VERSION && version != VERSION) {
            throw from.expected("formation version " + SINGLE_VERSION + " or " + VERSION + ", not " + version);
        }
        int groups = version == SINGLE_VERSION ? 1 : from.readVarInt();
        boolean whole = version == SINGLE_VERSION || from.readByte() != 0;
        String clusterName = from.readString();
        String nodeId = from.readString();
        String storageId = from.readString();
        List<Voter> seeds = new ArrayList<>();
        for (int left = from.readCount(LEAST_VOTER); left > 0; left--) {
            seeds.add(readVoter(from));
        }
        String backup = from.readString();
        Identity identity = new Identity(
                clusterName, nodeId, storageId, seeds, groups, null, backup.isEmpty() ? null : backup, whole);
        if (from.readByte() == 0) {
            return identity;
        }
        String clusterId = from.readString();
        long groupVersion = from.readVarLong();
        List<Member> members = new ArrayList<>();
        for (int left = from.readCount(LEAST_VOTER + 1); left > 0; left--) {
            members.add(new Member(readVoter(from), from.readString()));
        }
        return identity.formed(new Group(clusterId, members, groupVersion));
    }

    private static void writeVoter(ByteWriter to, Voter voter) {
        to.writeString(voter.nodeId());
        to.writeString(voter.host());
        to.writeVarInt(voter.raftPort());
    }

    private static Voter readVoter(ByteReader from) {
        return new Voter(from.readString(), from.readString(), from.readVarInt());
    }
}
