namespace PbKv.Clusters;

/// <summary>The program that lies beside this one, which may be the same, as a process.</summary>
public sealed class Pbkv : Child
{
    private const string Name = "pbkv";

    private Pbkv(IReadOnlyList<string> words, string? log = null)
        : base(words, log) { }

    /// <summary>How it is started, from another terminal or by a script.</summary>
    public static IReadOnlyList<string> Words { get; } =
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == Name
            ? [path]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, $"{Name}.dll")];

    public static bool IsInstalled => IsOnPath(Name);

    /// <summary>Where a node listens, host:port, as it said itself when it was ready.</summary>
    public string Address { get; private set; } = "";

    public static Pbkv Start(params IReadOnlyList<string> arguments) => new([.. Words, .. arguments]);

    /// <param name="words">All of them: the program may be another build, or started by way of a third.</param>
    /// <inheritdoc cref="Child(IReadOnlyList{string}, string?)"/>
    internal static Pbkv StartAs(IReadOnlyList<string> words, string? log) => new(words, log);

    /// <param name="script">For bash, in which "$@" is the program with its arguments.</param>
    public static Pbkv StartInShell(string script, params IReadOnlyList<string> arguments) =>
        new(["bash", "-c", script, "bash", .. Words, .. arguments]);

    /// <summary>Runs a command to its end.</summary>
    public static Task<Ended> RunAsync(params IReadOnlyList<string> arguments) => ToEndAsync(Start(arguments), []);

    /// <param name="input">All of standard input.</param>
    public static Task<Ended> RunWithInputAsync(byte[] input, params IReadOnlyList<string> arguments) =>
        ToEndAsync(Start(arguments), input);

    /// <inheritdoc cref="StartInShell"/>
    public static Task<Ended> RunInShellAsync(string script, params IReadOnlyList<string> arguments) =>
        ToEndAsync(StartInShell(script, arguments), []);

    /// <summary>Waits for the line `ready ROLE HOST:PORT`. A node that does not say it is gone afterwards.</summary>
    /// <returns>The address.</returns>
    public async Task<string> ReadyAsync()
    {
        try
        {
            await WaitForOutputAsync(text =>
                text.StartsWith("ready ", StringComparison.Ordinal) && text.Contains('\n')
            );
            return Address = Output.Split('\n')[0].Split(' ')[^1];
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            Dispose();
            throw new Failure("NotReady", $"a node is not ready: {e.Message}");
        }
    }

    private static async Task<Ended> ToEndAsync(Pbkv command, byte[] input)
    {
        using (command)
        {
            await command.Input.WriteAsync(input);
            command.Input.Close();
            return await command.WaitForExitAsync();
        }
    }
}
