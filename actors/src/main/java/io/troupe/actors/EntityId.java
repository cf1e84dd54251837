package io.troupe.actors;

/**
 * What an entity is called.
 *
 * @param kind its kind's name
 * @param id   its id within the kind
 */
public record EntityId(String kind, String id) {
    @Override
    public String toString() {
        return kind + "/" + id;
    }
}
