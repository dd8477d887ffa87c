using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Shop.Migrations
{
    /// <inheritdoc />
    public partial class FixEmptyPhones : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The old checkout stored blanks where a customer left the field out.
            migrationBuilder.Sql(
                """
                UPDATE "Customers" SET "Phone" = NULL WHERE btrim("Phone") = '';
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            // Nothing to bring back: a blank said no more than NULL does.
        }
    }
}
