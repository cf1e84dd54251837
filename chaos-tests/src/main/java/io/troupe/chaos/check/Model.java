package io.troupe.chaos.check;

/** A sequential specification: what one operation does to a state. States are numbers that the model chooses. */
interface Model {
    /** The answer of an operation does not fit the state. */
    int ILLEGAL = -1;

    String name();

    boolean knows(Event.Kind kind);

    int initial();

    /** {@return the state after the operation, or ILLEGAL}; one of unknown outcome is legal whatever it met */
    int step(int state, Operation operation);

    /** {@return whether the operation, of known outcome, leaves every state as it is in which it is legal} */
    boolean onlyObserves(Operation operation);

    /** {@return whether the operation is legal in every state and leads from all of them to the same one} */
    boolean overwrites(Operation operation);
}
