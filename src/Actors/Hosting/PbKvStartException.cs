namespace PbKv.Actors;

/// <summary>A node could not start. The text says what to change.</summary>
public sealed class PbKvStartException(string message, Exception? inner = null) : Exception(message, inner);
