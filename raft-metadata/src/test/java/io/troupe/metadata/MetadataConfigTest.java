package io.troupe.metadata;

import java.nio.file.Path;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class MetadataConfigTest {
    private static final Path SOMEWHERE = Path.of("somewhere");

    @Test
    void aSeedWithADirectoryIsAVoter() {
        MetadataConfig config = three("n2").directory(SOMEWHERE).build();
        assertThat(config.isVoter()).isTrue();
        assertThat(config.voters())
                .extracting(MetadataConfig.Voter::toString)
                .containsExactly("n1=localhost:7801", "n2=localhost:7802", "n3=localhost:7803");
    }

    @Test
    void anyOtherNodeNeedsNoDirectory() {
        assertThat(three("n9").build().isVoter()).isFalse();
    }

    @Test
    void aSeedListIsNeeded() {
        assertRefused(MetadataConfig.builder("n1"), "the seed list is empty: list the voters");
    }

    @Test
    void anEvenSeedListIsRefused() {
        MetadataConfig.Builder four = three("n1").directory(SOMEWHERE).voter("n4", "localhost", 7804);
        assertRefused(four, "has 4 voters [n1, n2, n3, n4]", "use 1, 3, 5 or 7", "tolerates no more failures");
    }

    @Test
    void moreThanSevenVotersAreRefused() {
        MetadataConfig.Builder nine = MetadataConfig.builder("x");
        for (int i = 1; i <= 9; i++) {
            nine.voter("n" + i, "localhost", 7800 + i);
        }
        assertRefused(nine, "has 9 voters", "use 1, 3, 5 or 7");
    }

    @Test
    void seedsMustDiffer() {
        MetadataConfig.Builder builder = MetadataConfig.builder("x")
                .voter("n1", "localhost", 7801)
                .voter("n1", "localhost", 7802)
                .voter("n3", "localhost", 7802);
        assertRefused(
                builder,
                "names node n1 twice: give every seed its own id",
                "share the Raft address localhost:7802: give every seed its own host or port");
    }

    @Test
    void aVoterNeedsADirectory() {
        assertRefused(three("n1"), "voter n1 has no data directory: set one that survives restarts");
    }

    @Test
    void namesAndNumbersMustMakeSense() {
        assertRefused(three(" ").clusterName(""), "the node id is empty", "the cluster name is empty");
        assertRefused(three(":outbox"), "the node id :outbox begins with a colon");
        assertRefused(
                three("x").voter("n4", "localhost", 70_000).snapshotEntries(0).formationTimeout(Duration.ZERO),
                "Raft port 70000 of seed n4 is not from 0 to 65535",
                "snapshotEntries (0) must be at least 1",
                "formationTimeout (0 ms) must be at least 1 ms");
    }

    @Test
    void aDialAddressIsForAVoterOfTheSeedList() {
        MetadataConfig config = MetadataConfig.builder("c1")
                .voter("n1", "127.0.0.1", 7801)
                .dialAddress("n1", "127.0.0.1", 9801)
                .build();
        assertThat(config.dialAddress(config.voters().get(0)))
                .isEqualTo(new MetadataConfig.Voter("n1", "127.0.0.1", 9801));
        assertRefused(
                MetadataConfig.builder("c1").voter("n1", "127.0.0.1", 7801).dialAddress("n2", "127.0.0.1", 9801),
                "the dial address n2=127.0.0.1:9801 is for no node of the seed list [n1]: use one of their ids");
    }

    @Test
    void onlySeedsThatFormANewGroupRestore() {
        assertRefused(
                three("n9").restoreFrom(SOMEWHERE),
                "node n9 cannot restore " + SOMEWHERE + ", because it is not in the seed list: only seeds");
        assertRefused(
                three("n1").directory(SOMEWHERE).joining("localhost", 7801).restoreFrom(SOMEWHERE),
                "node n1 cannot restore " + SOMEWHERE + ", because it joins");
    }

    @Test
    void allErrorsAreToldAtOnce() {
        assertRefused(
                three("n1").sessionTick(Duration.ZERO).maxPending(0),
                "voter n1 has no data directory",
                "sessionTick (0 ms) must be at least 1 ms",
                "maxPending (0) must be at least 1");
    }

    @Test
    void theNumberOfGroupsHasBounds() {
        assertThat(three("n4").build().groups()).isEqualTo(1);
        assertThat(three("n4").groups(16).build().groups()).isEqualTo(16);
        assertRefused(three("n4").groups(0), "groups (0) must be from 1 to 16");
        assertRefused(three("n4").groups(17), "groups (17) must be from 1 to 16");
    }

    private static MetadataConfig.Builder three(String nodeId) {
        return MetadataConfig.builder(nodeId)
                .voter("n1", "localhost", 7801)
                .voter("n2", "localhost", 7802)
                .voter("n3", "localhost", 7803);
    }

    private static void assertRefused(MetadataConfig.Builder builder, String... parts) {
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        MetadataException.class, e -> assertThat(e.code()).isEqualTo(MetadataException.Code.BAD_CONFIG))
                .message()
                .contains(parts);
    }

    @Test
    void aNodeOutsideTheSeedListKeepsALogWhenItJoins() {
        MetadataConfig.Builder joining = three("n4").joining("localhost", 7804);
        assertThatThrownBy(joining::build).hasMessage("voter n4 has no data directory: set one that survives restarts");
        MetadataConfig config = joining.directory(Path.of("n4")).build();
        assertThat(config.isVoter()).isTrue();
        assertThat(config.self()).isEqualTo(new MetadataConfig.Voter("n4", "localhost", 7804));
        assertThat(config.voters()).hasSize(3);
        assertThatThrownBy(() -> joining.joining("localhost", 7802).build())
                .hasMessageContaining("joins at localhost:7802, which is the address of a seed");
        assertThatThrownBy(() -> joining.joining("localhost", 70_000).build())
                .hasMessageContaining("Raft port 70000 of the joining node n4");
        assertThatThrownBy(() -> three("n2")
                        .directory(Path.of("n2"))
                        .joining("localhost", 7804)
                        .build())
                .hasMessageContaining("node n2 joins at localhost:7804, but the seed list has another address");
    }
}
