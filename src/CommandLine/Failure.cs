namespace PbKv.CommandLine;

/// <summary>
/// A command ends without having done its work: one line for people, a code for programs, an exit code for scripts.
/// </summary>
public sealed class Failure(string code, string message, int exitCode = ExitCodes.Failed)
    : Exception(message.ReplaceLineEndings(" "))
{
    public string Code { get; } = code;

    public int ExitCode { get; } = exitCode;

    public string Outcome => ExitCode == ExitCodes.OutcomeUnknown ? "unknown" : "notExecuted";

    /// <param name="wayOut">What to type instead, or where to read on.</param>
    public static Failure Usage(string problem, string wayOut) =>
        new("Usage", $"{problem}; {wayOut}", ExitCodes.WrongUsage);
}

/// <summary>What the program's exit code says; scripts rely on it.</summary>
public static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Failed, and surely not executed.</summary>
    public const int Failed = 1;

    public const int WrongUsage = 2;

    /// <summary>The deadline passed, or somebody gave up, after the operation may have been sent.</summary>
    public const int OutcomeUnknown = 3;

    /// <summary>`get` of a key that is not there.</summary>
    public const int Missing = 4;

    /// <summary>The condition of a change did not hold: nothing was changed.</summary>
    public const int NotDone = 5;
}
