namespace PbKv.Actors;

/// <summary>A setting that is wrong. The text names the key, the value and what is allowed.</summary>
public sealed class SettingsException : Exception
{
    public SettingsException() { }

    public SettingsException(string message)
        : base(message) { }

    public SettingsException(string message, Exception inner)
        : base(message, inner) { }
}
