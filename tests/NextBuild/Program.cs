using PbKv.Next;

using var terminal = new Terminal();
var root = new RootCommand("The next build of pbkv: its nodes, and the operation that it has more")
{
    Commands.View(terminal),
    Commands.Replica(terminal),
    Commands.AppendToo(),
};
root.Options.Add(ConfigOptions.File);
root.Options.Add(ConfigOptions.Define);
try
{
    // Signals are for the nodes, as in pbkv.
    return await root.Parse(args)
        .InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
        );
}
catch (Failure failure)
{
    terminal.ErrorLine($"{failure.Code}: {failure.Message}");
    return failure.ExitCode;
}
