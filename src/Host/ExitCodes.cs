namespace PbKv.Host;

/// <summary>What the program's exit code says; scripts rely on it.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Failed, and surely not executed.</summary>
    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>The deadline passed, or somebody gave up, after the operation may have been sent.</summary>
    public const int OutcomeUnknown = 3;
}
