using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace PbKv.Host;

internal static class VersionCommand
{
    public static string Number { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Command Create(Terminal terminal)
    {
        var command = new Command("version", "Say which pbkv this is");
        command.SetAction(_ =>
        {
            terminal.WriteLine($"pbkv {Number} ({RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier})");
            return ExitCodes.Done;
        });
        return command;
    }
}
