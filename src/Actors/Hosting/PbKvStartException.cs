namespace PbKv.Actors;

/// <summary>A node could not start. The text says what to change.</summary>
public sealed class PbKvStartException : Exception
{
    public PbKvStartException() { }

    public PbKvStartException(string message)
        : base(message) { }

    public PbKvStartException(string message, Exception inner)
        : base(message, inner) { }
}
