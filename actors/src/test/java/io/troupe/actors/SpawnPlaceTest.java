package io.troupe.actors;

import java.util.List;
import java.util.Set;

import io.troupe.cluster.ShardSet;
import io.troupe.cluster.ShardSet.Strategy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SpawnPlaceTest {
    private static final Kind<Diary.Note> ANY = kind("any", ShardSet.DEFAULT);
    private static final Kind<Diary.Note> WEB =
            kind("web", ShardSet.of("web", 4).onRole("web"));
    private static final Kind<Diary.Note> FAST =
            kind("fast", ShardSet.of("fast", 4).onRole("web").onRole("ssd").by(Strategy.LEAST_LOAD));
    private static final List<Kind<Diary.Note>> ALL = List.of(ANY, WEB, FAST);

    private static Kind<Diary.Note> kind(String name, ShardSet set) {
        return Kind.of(name, Diary.Note.class, () -> (Handler<Diary.Note>) (note, context) -> {})
                .in(set);
    }

    private static Kind<Diary.Note> chosen(SpawnPlace place) {
        return place.choose("H", ALL);
    }

    @Test
    void theKindWhoseSetAsksForThoseRolesAndNoOthersIsMeant() {
        assertThat(chosen(SpawnPlace.ANYWHERE)).isSameAs(ANY);
        assertThat(chosen(SpawnPlace.ANYWHERE.onRole("web"))).isSameAs(WEB);
        assertThat(chosen(SpawnPlace.ANYWHERE.onRole("ssd"))).isSameAs(FAST);
        assertThat(chosen(SpawnPlace.ANYWHERE.onRole("ssd").onRole("web"))).isSameAs(FAST);
    }

    @Test
    void aSetMeansTheKindThatIsInIt() {
        assertThat(chosen(SpawnPlace.ANYWHERE.in(FAST.shardSet()))).isSameAs(FAST);
        assertThat(chosen(SpawnPlace.ANYWHERE.in(ShardSet.DEFAULT))).isSameAs(ANY);
        assertThat(chosen(SpawnPlace.ANYWHERE.onRole("web").in(FAST.shardSet())))
                .isSameAs(FAST);
    }

    @Test
    void theOnlyKindIsMeantWhereverItLives() {
        assertThat(SpawnPlace.ANYWHERE.choose("H", List.of(WEB))).isSameAs(WEB);
    }

    @Test
    void whatNoKindOffersIsNamed() {
        assertThatThrownBy(() -> chosen(SpawnPlace.ANYWHERE.onRole("web").onRole("gpu")))
                .isInstanceOfSatisfying(
                        KindUnavailableException.class,
                        e -> assertThat(e.missingRoles()).isEqualTo(Set.of("gpu")))
                .hasMessage(
                        "no kind that is spawned as H lives on nodes with the roles [gpu, web], and none on nodes with"
                                + " [gpu]: its actors live in set default, in set fast with the roles [ssd, web], in set web"
                                + " with the roles [web]; give every node a kind of that class in such a set");
        assertThatThrownBy(() -> chosen(SpawnPlace.ANYWHERE.in(ShardSet.of("web", 4))))
                .isInstanceOfSatisfying(
                        KindUnavailableException.class,
                        e -> assertThat(e.missingRoles()).isEmpty())
                .hasMessageStartingWith("no kind that is spawned as H lives in set ShardSet[name=web, shards=4");
    }

    @Test
    void whatCouldBeSeveralIsRefused() {
        Kind<Diary.Note> other = kind("other", ShardSet.of("other", 1));
        assertThatThrownBy(() -> SpawnPlace.ANYWHERE.choose("H", List.of(ANY, other)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "actors of H can live in set default, in set other: say which set with withPlacement, or with"
                                + " withRole");
    }
}
